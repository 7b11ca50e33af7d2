"""Which open deliveries to people may leave, which are held back, and which leave together."""

from collections.abc import Callable, Iterable
from typing import Any

from router.core.limit import Pace
from router.core.notification import Delivery, Turn
from router.core.subject import discard

_Change = Callable[[dict[Any, set[int]], object, int], None]
_NOBODY: frozenset[int] = frozenset()


def contact_of(row: Delivery) -> str:
    """Whose limits a delivery counts against: a person's method; empty when it is no person's.

    Pages have counts of their own, so that news of what is over never holds one back.
    """
    if not row.target.startswith("user:"):
        return ""
    return row.target if row.kind == "page" else f"{row.target} news"


class Turns:
    """Indexes of open deliveries, kept with every change of one; `paces` are those by contact."""

    def __init__(self, paces: Iterable[Pace] = ()) -> None:
        self.paces = {pace.contact: pace for pace in paces}
        self._granted: dict[str, set[int]] = {}
        self._held: dict[str, set[int]] = {}
        self._bundles: dict[int, set[int]] = {}

    def sent(self, pace: Pace) -> None:
        """A contact was sent something."""
        self.paces[pace.contact] = pace

    def granted(self, contact: str) -> frozenset[int] | set[int]:
        """The deliveries that may leave and were not taken yet."""
        return self._granted.get(contact, _NOBODY)

    def held(self, contact: str) -> frozenset[int] | set[int]:
        """The deliveries that are held back."""
        return self._held.get(contact, _NOBODY)

    def bundle(self, leader: int) -> frozenset[int] | set[int]:
        """The deliveries that are under way with this one, itself among them; or none."""
        return self._bundles.get(leader, _NOBODY)

    def put(self, old: Delivery | None, new: Delivery | None) -> None:
        """A delivery is new, changed, or done."""
        if old is not None and new is not None and (old.turn, old.bundle) == (new.turn, new.bundle):
            return
        if old is not None:
            self._change(old, discard)
        if new is not None:
            self._change(new, _add)

    def _change(self, row: Delivery, change: _Change) -> None:
        if row.turn is Turn.GRANTED:
            change(self._granted, contact_of(row), row.id)
        elif row.turn is Turn.HELD:
            change(self._held, contact_of(row), row.id)
        if row.bundle:
            change(self._bundles, row.bundle, row.id)


def _add(index: dict[Any, set[int]], key: object, number: int) -> None:
    index.setdefault(key, set()).add(number)
