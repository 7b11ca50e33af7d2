"""Opens, acknowledges and closes Opsgenie alerts: one alert there for each group or incident."""

from typing import Any
from urllib.parse import quote

import msgspec

from router.core.integration import OpsgenieIntegration, Responder
from router.core.outgoing import Outgoing, Receipt
from router.errors import PermanentDeliveryError
from router.senders.clean import cut
from router.senders.http import Http, Post, Wanted, taken
from router.senders.message import Messages
from router.senders.pagerduty import action, dedup_key
from router.senders.placed import Placing
from router.senders.wording import Wording

# docs.opsgenie.com/docs/alert-api#create-alert; characters are meant.
MESSAGE_MAX, DESCRIPTION_MAX = 130, 15_000
_PRIORITIES = {
    **dict.fromkeys(("critical", "page", "emergency", "fatal", "disaster", "p0"), "P1"),
    **dict.fromkeys(("error", "high", "major", "p1"), "P2"),
    **dict.fromkeys(("warning", "warn", "medium", "minor", "p2"), "P3"),
    **dict.fromkeys(("info", "information", "low", "none", "p3", "p4"), "P5"),
}


class OpsgenieSender:
    """The alias stays the same, so that a repeat only raises the count of the open alert."""

    def __init__(self, http: Http, messages: Messages, timeout: float) -> None:
        self._http = http
        self._messages = messages
        self._timeout = timeout

    async def send(
        self, outgoing: Outgoing, integration: OpsgenieIntegration, wanted: Wanted
    ) -> Receipt:
        """Make each request that the delivery means, in order; the receipt's ref is the alias.

        Another attempt begins with the first again, which changes nothing there. An update that
        is refused for good does not take back that the alert is open.
        """
        alias = dedup_key(outgoing)
        words = Wording(self._messages, outgoing)
        name = f"opsgenie {integration.api_key.origin}"
        key = Placing(name, self._messages, outgoing).secret(integration.api_key, "api_key")
        refused = ""
        for at, (method, path, body) in enumerate(requests(outgoing, integration, words, alias)):
            post = Post(
                name=name,
                method=method,
                url=f"{integration.api_url.rstrip('/')}/{path}",
                body=msgspec.json.encode(body),
                headers={"Content-Type": "application/json", "Authorization": f"GenieKey {key}"},
                timeout=self._timeout,
                at=outgoing.at,
                http=integration.http,
                secrets=(key,),
            )
            answer = await self._http.post(post, wanted if at == 0 else lambda: True)
            try:
                taken(post, answer)
            except PermanentDeliveryError as error:
                if at == 0:
                    raise
                refused = f"; {path.partition('?')[0].rpartition('/')[2]} not updated: {error}"
        return Receipt(ref=alias, detail=f"{action(outgoing)}{refused}")


def requests(
    outgoing: Outgoing, integration: OpsgenieIntegration, words: Wording, alias: str
) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path below the API's address, and body of each request."""
    of_alert = f"v2/alerts/{quote(alias, safe='')}"
    by_alias = "?identifierType=alias"
    source = words.plain(integration.source or "") or words.data["external_url"]
    event = action(outgoing)
    if event != "trigger":
        verb = "close" if event == "resolve" else event
        return [("POST", f"{of_alert}/{verb}{by_alias}", {"source": source})]
    alert = _alert(integration, words, alias, source)
    made: list[tuple[str, str, dict[str, Any]]] = [("POST", "v2/alerts", alert)]
    if integration.update_alerts:
        for field in ("message", "description"):
            if alert.get(field):
                made.append(("PUT", f"{of_alert}/{field}{by_alias}", {field: alert[field]}))
    return made


def _alert(
    integration: OpsgenieIntegration, words: Wording, alias: str, source: str
) -> dict[str, Any]:
    details = {**words.data["common_labels"]}
    details.update({name: words.plain(text) for name, text in integration.details.items()})
    ours = _PRIORITIES.get(words.data["severity"].lower(), "")
    optional = {
        "description": cut(words.body(integration.description, "chat.txt"), DESCRIPTION_MAX),
        "responders": _responders(integration.responders, words),
        "tags": _parted(words.plain(integration.tags)),
        "note": words.plain(integration.note),
        "priority": words.plain(integration.priority) or ours,
        "entity": words.plain(integration.entity),
        "actions": _parted(words.plain(integration.actions)),
    }
    return {
        "alias": alias,
        "message": cut(words.text(integration.message, "chat.title"), MESSAGE_MAX),
        "details": details,
        "source": source,
        **{name: value for name, value in optional.items() if value},
    }


def _responders(listed: tuple[Responder, ...], words: Wording) -> list[dict[str, str]]:
    """Those that are somebody; `teams` names several teams, parted by commas."""
    found: list[dict[str, str]] = []
    for each in listed:
        said = {name: words.plain(getattr(each, name)) for name in ("id", "name", "username")}
        kind = words.plain(each.type)
        if kind == "teams":
            found.extend({"name": name, "type": "team"} for name in _parted(said["name"]))
        elif kind or any(said.values()):
            found.append({**{key: text for key, text in said.items() if text}, "type": kind})
    return found


def _parted(text: str) -> list[str]:
    return [part for part in text.strip().split(",") if part]
