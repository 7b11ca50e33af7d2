"""Turns a claimed row of the outbox into what a sender says, with its answer link."""

from router.core.link import Link
from router.core.moment import DAY, Now
from router.core.notification import Delivery, decode
from router.core.outgoing import Outgoing
from router.runtime.links import Signer

LINK_LIFE = 7 * DAY


def compose(row: Delivery, instance: str, signer: Signer, url: str, now: Now) -> Outgoing:
    """One attempt at a delivery. Pages carry a link by which the one who was paged answers.

    *url* is the service's public address. Messages about one incident share a subject, and so do
    those about one group: Alertmanager's group key, from which it makes its dedup keys.
    """
    snapshot = decode(row.payload)
    subject = f"{instance}/{row.incident}" if row.incident else snapshot.group_key
    link = ""
    if row.kind == "page":
        claims = Link(
            instance=instance,
            incident=row.incident,
            target=row.target,
            action="ack",
            expires_at=now.wall + LINK_LIFE,
        )
        link = f"{url}/a/{signer.token(claims)}"
    return Outgoing(
        key=row.key,
        subject=subject,
        attempt=row.attempt,
        kind=row.kind,
        target=row.target,
        snapshot=snapshot,
        at=now.wall,
        ack_url=link,
        external_url=url,
        ref=row.ref,
        maybe_sent=row.maybe_sent,
        cid=row.cid,
    )
