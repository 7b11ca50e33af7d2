"""Integrations that Apprise carries, where its address can say all that matters."""

import re
from urllib.parse import quote, urlsplit

from router.config.alertmanager.source import Made, Source

_DISCORD = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/webhooks/([0-9]+)/([\w-]+)/?"
).fullmatch
_WORKFLOW = re.compile(
    r"https://(?P<host>[\w.-]+(?::[0-9]+)?)"
    r"(?P<automate>/powerautomate/automations/direct(?:/cu/(?P<cu>[0-9]+))?)?"
    r"/workflows/(?P<workflow>[\w-]+)/triggers/manual/paths/invoke/?\?(?P<query>.*\bsig=.+)"
).fullmatch
_BOT_TOKEN = re.compile(r"[0-9]+:[\w-]+").fullmatch
_WEBEX_TOKEN = re.compile(r"[\w-]{20,}").fullmatch
_REGION = re.compile(r"[a-z]{2}-[a-z-]+?-[0-9]+").fullmatch


def discord(source: Source) -> Made | None:
    """Discord, by its webhook."""
    url, _ = source.inline("webhook_url")
    source.http()
    source.wording("title", "message", "content", "username", "avatar_url")
    found = _DISCORD(url)
    if found is None:
        source.refuse("the address is not one of Discord's: it must be …/api/webhooks/ID/TOKEN")
        return None
    return _made(source, f"discord://{found[1]}/{found[2]}/", "webhook_url")


def telegram(source: Source) -> Made | None:
    """Telegram, by a bot's token."""
    token, _ = source.inline("bot_token", "telegram_bot_token")
    source.http()
    source.wording("message")
    _only(source, "api_url", "telegram_api_url", "https://api.telegram.org")
    if source("chat_id_file"):
        source.refuse("chat_id_file becomes part of an address: write chat_id", "chat_id_file")
    if not _BOT_TOKEN(token):
        source.refuse("the bot token must be of the form 123456:ABC-DEF")
        return None
    options = []
    if source("message_thread_id"):
        options.append(f"topic={source('message_thread_id')}")
    if source("disable_notifications"):
        options.append("silent=yes")
    address = f"tgram://{token}/{source('chat_id')}/"
    return _made(source, address + _query(options), "bot_token")


def msteamsv2(source: Source) -> Made | None:
    """Microsoft Teams, by a workflow's address."""
    url, _ = source.inline("webhook_url")
    source.http()
    source.wording("title", "text")
    found = _WORKFLOW(url)
    if found is None:
        what = "the address is not that of a workflow: …/workflows/ID/triggers/manual/paths/invoke"
        source.refuse(what)
        return None
    options = [found["query"]]
    options += ["pa=yes"] if found["automate"] else []
    options += [f"route={found['cu']}"] if found["cu"] else []
    address = f"workflows://{found['host']}/{found['workflow']}/"
    return _made(source, address + _query(options), "webhook_url")


def mattermost(source: Source) -> Made | None:
    """Mattermost, by its incoming webhook."""
    url, _ = source.inline("webhook_url", "mattermost_webhook_url")
    source.http()
    source.wording("text", "title", "title_link", "fallback", "color", "pretext", "attachments")
    source.wording("username", "icon_url", "icon_emoji", "props", "priority", "fields", "footer")
    parts = urlsplit(url)
    above, hooks, key = parts.path.rstrip("/").rpartition("/hooks/")
    if not hooks or not key or parts.query:
        source.refuse("the address is not Mattermost's: it must end with /hooks/KEY")
        return None
    scheme = "mmosts" if parts.scheme == "https" else "mmost"
    channel = source.fixed("channel")
    options = [f"channel={quote(channel, safe='')}"] if channel else []
    address = f"{scheme}://{parts.netloc}{above}/{key}/"
    return _made(source, address + _query(options), "webhook_url")


def pushover(source: Source) -> Made | None:
    """Pushover, when one priority serves for firing and resolved."""
    user, _ = source.inline("user_key")
    token, _ = source.inline("token")
    source.http()
    source.wording("title", "message", "url", "url_title", "html", "monospace", "ttl")
    priority = source("priority", "")
    if "{{" in priority or (not priority and source.values.get("send_resolved", True)):
        what = "its priority differs between firing and resolved: write one priority from -2 to 2"
        source.refuse(what, "priority")
        return None
    options = [f"priority={quote(priority or '2', safe='')}"]
    if (priority or "2") == "2":
        retry, expire = source("retry", 60_000_000), source("expire", 3_600_000_000)
        options += [f"interval={retry // 10**6}", f"expire={expire // 10**6}"]
    if source.fixed("sound"):
        options.append(f"sound={quote(source('sound'), safe='')}")
    devices = "/".join(quote(each.strip(), safe="") for each in source.fixed("device").split(","))
    address = f"pover://{quote(user, safe='')}@{quote(token, safe='')}/{devices}"
    return _made(source, address + _query(options), "token")


def sns(source: Source) -> Made | None:
    """Amazon SNS, for one telephone number and written keys."""
    source.http()
    source.wording("subject", "message", "attributes")
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
    source.wording("message")
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
    source.wording("title", "title_link", "text", "fields", "actions", "color", "emoji", "icon_url")
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


def _made(source: Source, url: str, key: str, *, resolved: bool = True) -> Made | None:
    if source.refused:
        return None
    made = Made("apprise", {"url": url}, {"url": (*source.path, key)})
    source.resolved(made, default=resolved)
    return made
