"""Turns claimed rows of the outbox into what a sender says, with their answer links."""

from collections.abc import Callable, Sequence
from hashlib import blake2b

from msgspec.structs import replace

from router.core import severity
from router.core.bundle import members
from router.core.link import Link
from router.core.moment import DAY, Now
from router.core.notification import Delivery, decode
from router.core.outgoing import Bundled, Outgoing
from router.core.state import State
from router.runtime.links import Signer

LINK_LIFE = 7 * DAY


def compose(row: Delivery, state: State, signer: Signer, url: str, now: Now) -> Outgoing:
    """One attempt at a claimed delivery, and at those that leave in one message with it.

    Pages carry a link by which the one who was paged answers. *url* is the service's public
    address. Messages about one incident share a subject, and so do those about one group:
    Alertmanager's group key, from which it makes its dedup keys. The key of a bundle says which
    deliveries are in it: the same ones again are a repeat, others are not.
    """
    rows, instance = members(state, row), state.instance
    snapshot = decode(row.payload)

    def link(each: Delivery) -> str:
        return _link(each, instance, signer, url, now)

    subject = f"{instance}/{row.incident}" if row.incident else snapshot.group_key
    outgoing = Outgoing(
        key=row.key,
        subject=subject,
        attempt=row.attempt,
        kind=row.kind,
        target=row.target,
        snapshot=snapshot,
        at=now.wall,
        ack_url=link(row) if len(rows) == 1 else "",
        external_url=url,
        ref=row.ref if len(rows) == 1 else "",
        maybe_sent=any(each.maybe_sent for each in rows),
        cid=row.cid,
        timezone=_timezone(row.target, state),
    )
    if len(rows) == 1:
        return outgoing
    told = ",".join(sorted(each.key for each in rows))
    digest = blake2b(told.encode(), digest_size=6).hexdigest()
    return replace(
        outgoing,
        key=f"{row.key}-{len(rows)}-{digest}",
        subject=f"{instance}/bundle/{row.id}",
        bundle=_bundle(rows, link),
    )


def _bundle(rows: Sequence[Delivery], link: Callable[[Delivery], str]) -> tuple[Bundled, ...]:
    told = [Bundled(kind=row.kind, snapshot=decode(row.payload), ack_url=link(row)) for row in rows]
    return tuple(sorted(told, key=_gravity))


def _gravity(told: Bundled) -> tuple[bool, int, int]:
    incident = told.snapshot.incident
    ended = told.snapshot.status == "resolved"
    return ended, -severity.rank(told.snapshot.severity), incident.number if incident else 0


def _timezone(target: str, state: State) -> str:
    name = target.removeprefix("user:").rpartition("/")[0] if target.startswith("user:") else ""
    user = state.configuration.users.get(name)
    return (user.timezone if user else "") or "UTC"


def _link(row: Delivery, instance: str, signer: Signer, url: str, now: Now) -> str:
    if row.kind != "page":
        return ""
    claims = Link(
        instance=instance,
        incident=row.incident,
        target=row.target,
        action="ack",
        expires_at=now.wall + LINK_LIFE,
    )
    return f"{url}/a/{signer.token(claims)}"
