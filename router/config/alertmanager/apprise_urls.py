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
_TITLES = {"title", "subject", "entity_display_name"}
_BODIES = {"message", "text", "state_message"}
_REGION = re.compile(r"[a-z]{2}-[a-z-]+?-[0-9]+").fullmatch


def pushover(source: Source) -> Made | None:
    """Pushover: the priority of what fires, and another one of the end where they differ."""
    user, _ = source.inline("user_key")
    token, _ = source.inline("token")
    source.http()
    source.wording("html", "monospace", "ttl")
    said = source("priority", "")
    both = _BOTH(said or _USUAL)
    if "{{" in said and not both:
        what = "this template of a priority is not understood: write one priority from -2 to 2"
        source.refuse(what, "priority")
        return None
    firing, resolved = (both[1], both[2]) if both else (said, said)
    options = []
    if source.fixed("sound"):
        options.append(f"sound={quote(source('sound'), safe='')}")
    if source("url") and "{{" not in source("url"):
        options.append(f"url={quote(source('url'), safe='')}")
        options.append(f"url_title={quote(source('url_title', ''), safe='')}")
    devices = "/".join(quote(each.strip(), safe="") for each in source.fixed("device").split(","))
    address = f"pover://{quote(user, safe='')}@{quote(token, safe='')}/{devices}"
    urls = [address + _query(_urgency(source, each) + options) for each in (firing, resolved)]
    return _made(source, urls[0], "token", at_end=urls[1] if urls[1] != urls[0] else "")


def _urgency(source: Source, priority: str) -> list[str]:
    if priority != "2":
        return [f"priority={quote(priority, safe='')}"]
    retry, expire = source("retry", 60_000_000), source("expire", 3_600_000_000)
    return ["priority=2", f"interval={retry // 10**6}", f"expire={expire // 10**6}"]


def victorops(source: Source) -> Made | None:
    """VictorOps, now Splunk On-Call: an incident there for each group here."""
    key, _ = source.inline("api_key", "victorops_api_key")
    source.http()
    source.wording("monitoring_tool", "custom_fields")
    _only(source, "api_url", "victorops_api_url", _VICTOROPS)
    routing, kind = source.fixed("routing_key"), source.fixed("message_type") or "CRITICAL"
    if not (_SPLUNK_KEY(key) and _SPLUNK_KEY(routing)):
        source.refuse("api_key and routing_key must be letters, digits, - and _ only")
        return None
    kind = kind if kind in ("INFO", "WARNING") else "CRITICAL"
    options = [f":failure={kind}", f":warning={kind}", ":info=ACKNOWLEDGEMENT"]
    url = f"splunk://{routing}@{key}/{{dedup_key}}" + _query(options)
    return _made(source, url, "api_key")


def sns(source: Source) -> Made | None:
    """Amazon SNS, for one telephone number and written keys."""
    source.http()
    source.wording("attributes")
    sigv4 = source("sigv4", {})
    access, secret, region = (sigv4.get(key) for key in ("access_key", "secret_key", "region"))
    number = source.fixed("phone_number")
    others = set(sigv4) - {"access_key", "secret_key", "region"}
    if not (access and secret and _REGION(region or "") and number) or others or source("api_url"):
        what = "only a phone_number with access_key, secret_key and region in sigv4 is supported"
        source.refuse(what)
        return None
    keys = "/".join(quote(each, safe="") for each in (access, secret))
    return _made(source, f"sns://{keys}/{region}/{quote(number, safe='+')}", "sigv4")


def webex(source: Source) -> Made | None:
    """Webex, by a bot's token."""
    authorization = source.http("authorization").get("authorization") or {}
    _only(source, "api_url", "webex_api_url", "https://webexapis.com/v1/messages")
    token, room = authorization.get("credentials", ""), source.fixed("room_id")
    if not _WEBEX_TOKEN(token) or authorization.get("type", "Bearer") != "Bearer":
        what = "http_config.authorization must hold the bot's token as credentials"
        source.refuse(what, "http_config")
        return None
    address = f"wxteams://{token}/{quote(room, safe='')}/?mode=bot"
    return _made(source, address, "http_config")


def rocketchat(source: Source) -> Made | None:
    """Rocket.Chat, by a person's token."""
    token, _ = source.inline("token", "rocketchat_token")
    user, _ = source.inline("token_id", "rocketchat_token_id")
    source.http()
    source.wording("title_link", "fields", "actions", "color", "emoji", "icon_url")
    parts = urlsplit(source("api_url") or source.globals.get("rocketchat_api_url", ""))
    if parts.path.strip("/") or parts.query:
        source.refuse("an address with a path is not supported", "api_url")
    channel = source.fixed("channel")
    if not channel.startswith(("#", "@")):
        source.refuse("needs a channel such as #ops or @ana", "channel")
        return None
    scheme = "rocket" if parts.scheme == "http" else "rockets"
    login = f"{quote(user, safe='')}:{quote(token, safe='')}"
    target = channel if channel.startswith("@") else f"%23{quote(channel[1:], safe='')}"
    address = f"{scheme}://{login}@{parts.netloc or 'open.rocket.chat'}/{target}/?mode=token"
    return _made(source, address, "token", resolved=False)


def _only(source: Source, key: str, shared: str, usual: str) -> None:
    """Refuse an address other than the service's own one, which Apprise always uses."""
    found = source(key) or source.globals.get(shared) or usual
    if found.rstrip("/") != usual:
        source.refuse(f"another address than {usual} is not supported", key)


def _query(options: list[str]) -> str:
    return f"?{'&'.join(options)}" if options else ""


def _made(
    source: Source, url: str, key: str, *, resolved: bool = True, at_end: str = ""
) -> Made | None:
    if source.refused:
        return None
    made = Made("apprise", {"url": url}, {"url": (*source.path, key)})
    if at_end:
        made.table["resolved_url"] = at_end
        made.secrets["resolved_url"] = (*source.path, key)
    for key in _TITLES & source.values.keys():
        source.take(made, key, source.values[key], name="title")
    for key in _BODIES & source.values.keys():
        source.take(made, key, source.values[key], name="text")
    source.resolved(made, default=resolved)
    return made
