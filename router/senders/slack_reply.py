"""Says something to whoever pressed a button in Slack, at the address Slack gave for that."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from router.core.http_options import HttpOptions
from router.core.settings import SlackSettings
from router.errors import PermanentDeliveryError
from router.senders.clean import link_secrets
from router.senders.http import Http, Post, refusal

_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_JSON = {"Content-Type": "application/json; charset=utf-8"}


async def reply(
    http: Http,
    slack: SlackSettings,
    address: str,
    form: Mapping[str, Any],
    *,
    at: int,
    limit: float,
) -> None:
    """Post it once, within `limit` seconds.

    The address is a `response_url` (docs.slack.dev, "Handling user interaction"); it must be at
    Slack, or where routes.toml says that Slack's API is.

    Raises:
        DeliveryError: nobody knows, or Slack would not have it.
        PermanentDeliveryError: the address is not Slack's.
    """
    if not _is_slacks(address, slack.api_url):
        raise PermanentDeliveryError("slack: the address to reply to is not Slack's")
    post = Post(
        name="slack reply",
        url=address,
        body=msgspec.json.encode(form),
        headers=_JSON,
        timeout=limit,
        at=at,
        http=HttpOptions(tls=slack.http.tls, proxy=slack.http.proxy),
        secrets=link_secrets(address),
    )
    answer = await http.post(post, lambda: True)
    if not answer.ok:
        raise refusal(post, answer)


def _is_slacks(address: str, api_url: str) -> bool:
    try:
        parts, api = urlsplit(address), urlsplit(api_url)
        if parts.scheme == "https" and parts.netloc in _HOSTS:
            return True
        return bool(parts.netloc) and (parts.scheme, parts.netloc) == (api.scheme, api.netloc)
    except ValueError:
        return False
