"""The dead man's switch: a sign of life that leaves by the way of every page, while all is well."""

import msgspec

from router.core import event as e
from router.core.configuration import Deadman
from router.core.draft import Draft
from router.core.labels import canonical
from router.core.moment import MINUTE
from router.core.notification import AlertSnapshot, Delivery, Snapshot, encode
from router.core.plan import key, supersede

ALERTNAME = "TocsinAlive"
REASON = "dead man's switch"


def vouched(draft: Draft, event: e.Vouched) -> None:
    """Nothing is overdue: say so to whoever waits for it. One that could not leave yet is late now.

    No route, silence, inhibition or window is asked, and no group or alert is made.
    """
    switch = draft.configuration.deadman
    if switch is None:
        draft.answer("unknown")
        return
    payload = encode(_sign(draft, event.figures))
    for target in _targets(draft, switch):
        lane = f"deadman:{target}"
        supersede(draft, lane)
        number = draft.next_id("delivery")
        draft.enqueue(
            Delivery(
                id=number,
                key=key(draft.state.instance, f"deadman{number}", target),
                lane=lane,
                kind="notice",
                target=target,
                group=0,
                due=draft.now.service,
                not_after=draft.now.service + max(switch.every, MINUTE),
                reason=REASON,
                payload=payload,
            )
        )
    draft.answer("vouched")


def _targets(draft: Draft, switch: Deadman) -> list[str]:
    own = [switch.target] if switch.integration is not None else []
    return [*own, *draft.configuration.targets(switch.receiver)]


def _sign(draft: Draft, figures: str) -> Snapshot:
    labels = {"alertname": ALERTNAME, "instance": draft.state.instance}
    wall = draft.now.wall
    alert = AlertSnapshot(
        firing=True,
        labels=msgspec.Raw(canonical(labels)),
        annotations=msgspec.Raw(canonical({"summary": "Tocsin is well", "figures": figures})),
        starts_at=wall,
        ends_at=wall,
    )
    return Snapshot(
        status="firing",
        reason=REASON,
        group_key="deadman",
        group_labels={"alertname": ALERTNAME},
        alerts=(alert,),
        firing=1,
        resolved=0,
        receiver="deadman",
        note=f"Tocsin is well: {figures}",
    )
