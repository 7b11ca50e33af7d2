"""What the courier hands to a sender, and what a sender hands back."""

import msgspec

from router.core.notification import Snapshot


class Bundled(msgspec.Struct, frozen=True, kw_only=True):
    """One of several deliveries that one message tells of. `ack_url` answers its incident."""

    kind: str
    snapshot: Snapshot
    ack_url: str = ""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at one delivery: everything a sender needs to say it.

    `key` is the same for every attempt; `subject` is the same for every delivery about the same
    group or incident (PagerDuty's dedup key, the thread of a mail). `attempt` counts from 1.
    `ack_url` is empty when there is nothing to acknowledge. `ref` continues an earlier message.
    `at` is the wall time of the claim. `bundle` is all that is told, the gravest first, when it is
    more than the snapshot. `timezone` is that of the person it is for, who reads times in it.
    """

    key: str
    subject: str
    attempt: int
    kind: str
    target: str
    snapshot: Snapshot
    at: int
    ack_url: str = ""
    external_url: str = ""
    ref: str = ""
    maybe_sent: bool = False
    cid: str = ""
    bundle: tuple[Bundled, ...] = ()
    timezone: str = "UTC"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The far side took it. `ref` is its name of the message, `detail` a word for the timeline."""

    ref: str = ""
    detail: str = ""


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where an integration's messages queue: one slow or dead destination delays no other.

    `parallel` is how many may be under way at once, `spacing` the microseconds between starts.
    """

    name: str
    parallel: int = 1
    spacing: int = 0
