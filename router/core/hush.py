"""Silences made, changed, and ended by themselves once what they were made for is over."""

from msgspec.structs import replace

from router.core import command as c
from router.core import event as e
from router.core.draft import Draft
from router.core.silence import Silence, expire


def silenced(draft: Draft, event: e.Silenced) -> None:
    """Keep these silences. One that lasts until alerts are over ends at once if they are by now."""
    for silence in event.silences:
        if silence.until and silence.state(draft.now.wall) != "expired":
            silence = _awaiting(draft, silence)
        draft.add(c.PutSilence(silence))
        draft.record("silenced", silence=silence.id, by=silence.created_by, ends_at=silence.ends_at)


def over(draft: Draft, number: int) -> None:
    """An alert has ended: so do the silences that lasted until it, if no other keeps them."""
    for silence in draft.state.silences.awaiting(number):
        still = any(_fires(draft, other) for other in silence.until if other != number)
        if not still and silence.state(draft.now.wall) != "expired":
            draft.add(c.PutSilence(expire(silence, draft.now.wall)))
            draft.record("unsilenced", silence=silence.id, by=silence.created_by)


def _awaiting(draft: Draft, silence: Silence) -> Silence:
    firing = tuple(number for number in silence.until if _fires(draft, number))
    silence = replace(silence, until=firing)
    return silence if firing else expire(silence, draft.now.wall)


def _fires(draft: Draft, number: int) -> bool:
    alert = draft.state.by_id.get(number)
    return alert is not None and alert.firing
