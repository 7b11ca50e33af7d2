"""Webhook, Slack, PagerDuty and mail, which our own senders carry."""

from router.config.alertmanager.cross import SLACK_APP_URL
from router.config.alertmanager.integrations import HIDDEN
from router.config.alertmanager.source import Made, Source, without_nothing
from router.config.alertmanager.unsaid import DETAILS, SUBJECT
from router.config.channels.webhook import MAX_ALERTS

_POST = "/chat.postMessage"
_ENQUEUE = "/v2/enqueue"
_PAGERDUTY_URL = f"https://events.pagerduty.com{_ENQUEUE}"
_SLACK_TEXTS = """
title title_link pretext text message_text footer fallback color username icon_emoji icon_url
image_url thumb_url callback_id
"""
_PAGERDUTY_TEXTS = "description client client_url severity class component group source"


def webhook(source: Source) -> Made:
    """A webhook. Redirects are followed unless it says otherwise, as Alertmanager does."""
    made = Made("webhook", {})
    source.secret(made, "url", "url")
    source.placed(made, "url")
    source.http_config(made, redirects=True)
    if made.table.get("url") == HIDDEN:
        source.refuse(f"{HIDDEN} is what Alertmanager shows instead of the address", "url")
    source.nested(made, "payload")
    if source("max_alerts"):
        made.table["max_alerts"] = min(source("max_alerts"), MAX_ALERTS)
    _timeout(source, made)
    source.resolved(made, default=True)
    return made


def _timeout(source: Source, made: Made) -> None:
    if source("timeout", 0) > 0:
        made.table["timeout"] = f"{max(source('timeout') // 1000, 1)}ms"


def slack(source: Source) -> Made:
    """Slack by incoming webhook, or by a bot's token as app_token or as http_config has it."""
    made = Made("slack", {})
    authorization = source.authorization
    own_url = source("api_url") or source("api_url_file")
    own_token = source("app_token") or source("app_token_file")
    global_token = not own_url and not (source.values.get("http_config") or {}).get("authorization")
    if own_token or (global_token and _has(source, "slack_app_token")):
        source.secret(made, "token", "app_token", "slack_app_token")
        _slack_api(source, made, source("app_url") or source.globals.get("slack_app_url"))
    elif authorization:
        _authorized(source, made, authorization)
    else:
        source.secret(made, "webhook_url", "api_url", "slack_api_url")
    by_token = not {"token", "token_file"}.isdisjoint(made.table)
    source.http_config(made, login=not by_token)
    if by_token or source("channel"):
        made.table["channel"] = source("channel", "")
        source.placed(made, "channel")
    source.texts(made, *_SLACK_TEXTS.split())
    source.nested(made, "fields", "actions", "mrkdwn_in")
    for key in ("short_fields", "link_names", "update_message"):
        if source(key):
            made.table[key] = True
    _timeout(source, made)
    source.resolved(made, default=False)
    return made


def _has(source: Source, key: str) -> bool:
    return bool(source.globals.get(key) or source.globals.get(f"{key}_file"))


def _slack_api(source: Source, made: Made, address: str | None) -> None:
    url = address or SLACK_APP_URL
    if not url.endswith(_POST):
        source.refuse(f"the address must end with {_POST}")
    elif url != SLACK_APP_URL:
        made.table["api_url"] = url.removesuffix(_POST)


def _authorized(source: Source, made: Made, authorization: dict[str, str]) -> None:
    """A bot's token in http_config, as it had to be written before there was app_token."""
    url = source("api_url") or source.globals.get("slack_api_url") or ""
    own = source.values.get("http_config") is not None
    path = (*source.path,) if own else ("global",)
    if not url.endswith(_POST) or authorization.get("type", "Bearer") != "Bearer":
        source.secret(made, "webhook_url", "api_url", "slack_api_url")
        return
    if authorization.get("credentials"):
        made.table["token"] = authorization["credentials"]
        made.secrets["token"] = (*path, "http_config", "authorization", "credentials")
    else:
        made.table["token_file"] = authorization.get("credentials_file", "")
    _slack_api(source, made, url)


def pagerduty(source: Source) -> Made:
    """PagerDuty's Events API v2, or v1 by a service's key, which goes before as upstream has it."""
    made = Made("pagerduty", {})
    if not source.secret(made, "service_key", "service_key"):
        source.secret(made, "routing_key", "routing_key")
    source.placed(made, "routing_key", "service_key")
    url = source("url") or source.globals.get("pagerduty_url") or _PAGERDUTY_URL
    if not url.endswith(_ENQUEUE):
        source.refuse(f"the address must end with {_ENQUEUE}", "url")
    elif url != _PAGERDUTY_URL:
        made.table["api_url"] = url.removesuffix(_ENQUEUE)
    source.http_config(made)
    source.texts(made, *_PAGERDUTY_TEXTS.split())
    source.take(made, "details", {**DETAILS, **without_nothing(source("details", {}))})
    source.nested(made, "images", "links")
    _timeout(source, made)
    source.resolved(made, default=True)
    return made


def email(source: Source) -> Made:
    """Mail; everything `global` says of it is written out here."""
    made = Made("email", {})
    to = str(source("to", ""))
    if "{{" in to:
        made.table["to"] = to
        source.placed(made, "to")
    else:
        made.table["to"] = [part.strip() for part in to.split(",") if part.strip()]
    for key, ours in (("from", "from"), ("hello", "hello"), ("auth_username", "username")):
        found = source(key) or source.globals.get(f"smtp_{key}")
        if found:
            made.table[ours] = found
    source.placed(made, "from")
    host, port = _smarthost(source)
    made.table["smarthost"] = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if "username" in made.table:
        source.secret(made, "password", "auth_password", "smtp_auth_password")
        source.secret(made, "auth_secret", "auth_secret", "smtp_auth_secret")
        identity = source("auth_identity") or source.globals.get("smtp_auth_identity")
        if identity:
            made.table["auth_identity"] = identity
    source.tls_config(made)
    made.table["tls"] = _tls(source, port)
    source.texts(made, "html", html=True)
    source.texts(made, "text")
    headers = {key: text or "" for key, text in source("headers", {}).items()}
    subject = {} if "subject" in map(str.lower, headers) else {"Subject": SUBJECT}
    source.take(made, "headers", {**headers, **subject})
    if (source("threading") or {}).get("enabled"):
        made.table["threading"] = source("threading")
    source.resolved(made, default=False)
    return made


def _smarthost(source: Source) -> tuple[str, str]:
    own: tuple[str, str] = source.values.get("smarthost") or ("", "")
    found: tuple[str, str] = own if any(own) else source.globals.get("smtp_smarthost") or ("", "")
    return found


def _tls(source: Source, port: str) -> str:
    """What require_tls, force_implicit_tls and the port come to."""
    forced = source.values.get(
        "force_implicit_tls", source.globals.get("smtp_force_implicit_tls", port == "465")
    )
    required = source.values.get("require_tls", source.globals.get("smtp_require_tls", True))
    return "implicit" if forced else "starttls" if required else "none"
