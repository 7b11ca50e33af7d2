"""Integrations that Apprise carries, where its address can say all that matters."""

import re
from urllib.parse import quote, urlsplit

from router.config.alertmanager.source import Made, Source

_WEBEX_TOKEN = re.compile(r"[\w-]{20,}").fullmatch
_SPLUNK_KEY = re.compile(r"[\w-]+", re.ASCII).fullmatch
_VICTOROPS = "https://alert.victorops.com/integrations/generic/20131114/alert"
_USUAL = '{{ if eq .Status "firing" }}2{{ else }}0{{ end }}'
_BOTH = re.compile(
    r'\{\{-? *if eq \.Status "firing" *-?\}\}(-?[0-2])'
    r"\{\{-? *else *-?\}\}(-?[0-2])\{\{-? *end *-?\}\}"
).fullmatch  # The usual template, whatever its two numbers.
_SHIPPED_URL = re.compile(r'\{\{-? *template "pushover\.default\.url" \. *-?\}\}').fullmatch
_TITLES = {"title", "subject", "entity_display_name"}
_BODIES = {"message", "text", "state_message"}
_REGION = re.compile(r"[a-z]{2}-[a-z-]+?-[0-9]+").fullmatch


class _Parts:
    """Puts fields into an address: as they are, or a place where each message fills them in."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.templates: dict[str, str] = {}

    def text(self, key: str, *shared: str) -> str:
        """A secret of the entry or of `global`."""
        return self.put(key, self._source.inline(key, *shared)[0])

    def put(self, key: str, text: str, *, optional: bool = False, safe: str = "") -> str:
        """The text, percent-encoded, or the place where it is filled in."""
        if "{{" not in text:
            return quote(text, safe=safe)
        found = self._source.address(key, text, optional=optional)
        if found is None:
            return ""
        self.templates[key] = found
        return f"{{{key}*}}" if optional else f"{{{key}}}"

    def option(self, key: str) -> list[str]:
        """The field in a query, which Apprise decodes twice; nothing when there is none."""
        text = str(self._source(key, ""))
        said = self.put(key, text if "{{" in text else text.replace("%", "%25"), optional=True)
        return [f"{key}={said}"] if said else []


def pushover(source: Source) -> Made | None:
    """Pushover: the priority of what fires, and another one of the end where they differ."""
    parts = _Parts(source)
    user, token = parts.text("user_key"), parts.text("token")
    source.http()
    source.wording("monospace", "ttl")
    said = source("priority", "")
    both = _BOTH(said or _USUAL)
    firing, resolved = (both[1], both[2]) if both else (said, said)
    options = parts.option("sound")
    if source("url") and not _SHIPPED_URL(source("url")):
        options += [*parts.option("url"), *parts.option("url_title")]
    device = source("device", "")
    if "{{" in device:
        devices = parts.put("device", device, optional=True)
    else:
        devices = "/".join(quote(each.strip(), safe="") for each in device.split(","))
    address = f"pover://{user}@{token}/{devices}"
    urls = [address + _query(_urgency(source, parts, p) + options) for p in (firing, resolved)]
    at_end = urls[1] if urls[1] != urls[0] else ""
    return _made(source, urls[0], "token", parts, at_end=at_end, html=bool(source("html")))


def _urgency(source: Source, parts: _Parts, priority: str) -> list[str]:
    said = f"priority={parts.put('priority', priority, optional=True)}"
    if priority != "2" and "{{" not in priority:
        return [said]
    retry, expire = source("retry", 60_000_000), source("expire", 3_600_000_000)
    return [said, f"interval={retry // 10**6}", f"expire={expire // 10**6}"]


def victorops(source: Source) -> Made | None:
    """VictorOps, now Splunk On-Call: an incident there for each group here."""
    parts = _Parts(source)
    key, _ = source.inline("api_key", "victorops_api_key")
    source.http()
    source.wording("monitoring_tool", "custom_fields")
    _only(source, "api_url", "victorops_api_url", _VICTOROPS)
    routing, kind = source("routing_key", ""), source.fixed("message_type") or "CRITICAL"
    if not _SPLUNK_KEY(key) or not ("{{" in routing or _SPLUNK_KEY(routing)):
        source.refuse("api_key and routing_key must be letters, digits, - and _ only")
        return None
    kind = kind if kind in ("INFO", "WARNING") else "CRITICAL"
    options = [f":failure={kind}", f":warning={kind}", ":info=ACKNOWLEDGEMENT"]
    routing = parts.put("routing_key", routing)
    url = f"splunk://{routing}@{key}/{{dedup_key}}" + _query(options)
    return _made(source, url, "api_key", parts)


def sns(source: Source) -> Made | None:
    """Amazon SNS, for one telephone number and written keys."""
    source.http()
    source.wording("attributes")
    sigv4 = source("sigv4", {})
    access, secret, region = (sigv4.get(key) for key in ("access_key", "secret_key", "region"))
    parts, number = _Parts(source), source("phone_number", "")
    others = set(sigv4) - {"access_key", "secret_key", "region"}
    if not (access and secret and _REGION(region or "") and number) or others or source("api_url"):
        what = "only a phone_number with access_key, secret_key and region in sigv4 is supported"
        source.refuse(what)
        return None
    keys = "/".join(quote(each, safe="") for each in (access, secret))
    number = parts.put("phone_number", number, safe="+")
    return _made(source, f"sns://{keys}/{region}/{number}", "sigv4", parts)


def webex(source: Source) -> Made | None:
    """Webex, by a bot's token."""
    authorization = source.http("authorization").get("authorization") or {}
    _only(source, "api_url", "webex_api_url", "https://webexapis.com/v1/messages")
    token, parts = authorization.get("credentials", ""), _Parts(source)
    if not _WEBEX_TOKEN(token) or authorization.get("type", "Bearer") != "Bearer":
        what = "http_config.authorization must hold the bot's token as credentials"
        source.refuse(what, "http_config")
        return None
    address = f"wxteams://{token}/{parts.put('room_id', source('room_id', ''))}/?mode=bot"
    return _made(source, address, "http_config", parts)


def rocketchat(source: Source) -> Made | None:
    """Rocket.Chat, by a person's token."""
    parts = _Parts(source)
    token = parts.text("token", "rocketchat_token")
    user = parts.text("token_id", "rocketchat_token_id")
    source.http()
    source.wording("title_link", "fields", "actions", "color", "emoji", "icon_url")
    place = urlsplit(source("api_url") or source.globals.get("rocketchat_api_url", ""))
    if place.path.strip("/") or place.query:
        source.refuse("an address with a path is not supported", "api_url")
    channel = source("channel", "")
    if not channel.startswith(("#", "@", "{{")):
        source.refuse("needs a channel such as #ops or @ana", "channel")
        return None
    scheme = "rocket" if place.scheme == "http" else "rockets"
    host, target = place.netloc or "open.rocket.chat", parts.put("channel", channel, safe="@")
    address = f"{scheme}://{user}:{token}@{host}/{target}/?mode=token"
    return _made(source, address, "token", parts, resolved=False)


def _only(source: Source, key: str, shared: str, usual: str) -> None:
    """Refuse an address other than the service's own one, which Apprise always uses."""
    found = source(key) or source.globals.get(shared) or usual
    if found.rstrip("/") != usual:
        source.refuse(f"another address than {usual} is not supported", key)


def _query(options: list[str]) -> str:
    return f"?{'&'.join(options)}" if options else ""


def _made(
    source: Source,
    url: str,
    key: str,
    parts: _Parts,
    *,
    resolved: bool = True,
    at_end: str = "",
    html: bool = False,
) -> Made | None:
    if source.refused:
        return None
    made = Made("apprise", {"url": url}, {"url": (*source.path, key)})
    if at_end:
        made.table["resolved_url"] = at_end
        made.secrets["resolved_url"] = (*source.path, key)
    if parts.templates:
        made.table["parts"] = parts.templates
    if html:
        made.table["html"] = True
    for key in _TITLES & source.values.keys():
        source.take(made, key, source.values[key], name="title")
    for key in _BODIES & source.values.keys():
        source.take(made, key, source.values[key], name="text", html=html)
    source.resolved(made, default=resolved)
    return made
