"""What routes.toml says of the process around the decisions: its doors, its keys, its sources."""

from ipaddress import ip_address
from typing import Literal

import msgspec

from router.core.http_options import HttpOptions
from router.core.secret import Secret

Scope = Literal["ingest", "read", "answer", "silence", "admin"]
SCOPES: tuple[Scope, ...] = ("ingest", "read", "answer", "silence", "admin")


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The service as a whole. `url` is its public address without a slash at the end, or empty.

    Links are signed with `secret`, or with what the file `secret_file` holds (its path as the
    process sees it), or when both are lacking with a key the service makes in its data folder.
    """

    url: str = ""
    timezone: str = "UTC"
    secret: Secret | None = None
    secret_file: str = ""


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token, whose it is, and what it may do. One that is missing lets nobody in."""

    name: str
    token: Secret
    may: frozenset[Scope] = frozenset()


class ApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen (`host:port`) and who may do what. `open` asks nobody for a token.

    `broad_silences`: whether one that is probably wider than was meant is refused unless forced.
    `max_silences` counts expired ones too, `max_silence_bytes` what is posted; 0 is no limit.
    """

    listen: str = "127.0.0.1:9093"
    open: bool = False
    tokens: tuple[ApiToken, ...] = ()
    broad_silences: Literal["refuse", "allow"] = "refuse"
    max_silences: int = 0
    max_silence_bytes: int = 0


class SlackSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to believe that a request comes from Slack, and to reply to it.

    Without a `signing_secret` it sends none. `http` is how its API at `api_url` is reached.
    """

    signing_secret: Secret | None = None
    api_url: str = "https://slack.com/api"
    http: HttpOptions = HttpOptions()


class HttpSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source that posts to `/webhook/NAME`; `/api/v2/alerts` is the one's with alertmanager_api.

    `kind` is the shape of its bodies: `alertmanager`, or `webhook` for any other JSON. Without a
    `token` of its own it needs one of the API's that may ingest, wherever the API asks for those;
    with one that is missing it takes nothing from anybody.
    """

    name: str
    kind: Literal["alertmanager", "webhook"]
    alertmanager_api: bool = False
    token: Secret | None = None


class RedisSource(msgspec.Struct, frozen=True, kw_only=True):
    """A Redis stream, read by one fixed `consumer` of `group`; `field` holds an entry's JSON.

    `rejects` is the stream that entries go to which cannot be read.
    """

    name: str
    url: Secret
    stream: str
    group: str = "tocsin"
    field: str = "payload"
    consumer: str = "tocsin"
    rejects: str


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar that somebody else keeps: at an `address`, or in the file at `path`.

    `name` is where routes.toml names it.
    """

    name: str
    address: Secret | None = None
    path: str = ""


Source = HttpSource | RedisSource


def is_loopback(listen: str) -> bool:
    """Whether only this machine can reach a `host:port`; a host that is empty means all of them."""
    host = listen.rpartition(":")[0].strip("[]").lower()
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
