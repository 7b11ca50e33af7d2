"""Finds the few alerts that have a pair of label and value among very many, without looking at all.

Nothing of it is on the way of an alert that comes in: an index of one label name is built when
filters ask for that name again, brought up to date when it is used, and makes room for another.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

import anyio.lowlevel

from router.core.alert import Alert
from router.core.labels import canonical, pair
from router.core.state import State

NAMES_MOST = 4  # So many label names are indexed at once; an index costs about 150 bytes an alert.
WORTH = 2_000  # Fewer alerts than this are looked at one by one as fast.
_SLICE = 2_000
_LOOKS = 2  # At so many filters of a name it gets its index.


class _Index:
    """A state's alerts by the value of one label. Hashes may collide: look at what it finds."""

    def __init__(self, state: State, name: str) -> None:
        self.state = state
        key = re.escape(canonical({name: ""})[1:-2])
        self._pair = re.compile(rb"[{,](" + key + rb'(?:[^"\\]|\\.)*")').search
        self._found: dict[int, int | list[int]] = {}
        self._newest = 0

    async def catch_up(self) -> None:
        """Take in what came since. Numbers only grow, and so do they in the state."""
        alerts, newest = self.state.by_id, self._newest
        fresh = [*takewhile(lambda number: number > newest, reversed(alerts))]
        fresh.reverse()
        for start in range(0, len(fresh), _SLICE):
            for number in fresh[start : start + _SLICE]:
                alert = alerts.get(number)
                if alert is not None:
                    self._add(number, alert.labels)
            self._newest = max(self._newest, fresh[start : start + _SLICE][-1])
            await anyio.lowlevel.checkpoint()

    def _add(self, number: int, labels: bytes) -> None:
        found = self._pair(labels)
        if found is None or number <= self._newest:
            return
        key = hash(found[1])
        known = self._found.get(key)
        if known is None:
            self._found[key] = number
        elif isinstance(known, list):
            known.append(number)
        else:
            self._found[key] = [known, number]

    def numbers(self, wanted: bytes) -> Sequence[int]:
        """The numbers of alerts that probably have this pair; those that are gone are let go."""
        key = hash(wanted)
        known = self._found.get(key)
        if known is None:
            return ()
        numbers = known if isinstance(known, list) else [known]
        present = [number for number in numbers if number in self.state.by_id]
        if not present:
            del self._found[key]
        elif len(present) < len(numbers):
            self._found[key] = present if len(present) > 1 else present[0]
        return present

    def worn(self) -> bool:
        """Whether it holds much more than there is: it is built anew then."""
        return len(self._found) > 2 * len(self.state.by_id) + WORTH


class Lookup:
    """The indexes that are there now, the one used longest ago first."""

    def __init__(self) -> None:
        self._indexes: dict[str, _Index] = {}
        self._asked: dict[str, int] = {}

    async def narrow(self, state: State, pairs: Iterable[tuple[str, str]]) -> list[Alert] | None:
        """The alerts that have all these pairs and perhaps others, by number.

        None when there is no index that helps: then all have to be looked at.
        """
        if len(state.by_id) < WORTH:
            return None
        wanted = [(name, pair(name, value)) for name, value in pairs]
        best: Sequence[int] | None = None
        for name, what in wanted:
            index = self._index(state, name)
            if index is not None:
                await index.catch_up()
                numbers = index.numbers(what)
                best = numbers if best is None or len(numbers) < len(best) else best
        if best is None:
            return None
        found = (state.by_id.get(number) for number in best)
        return [a for a in found if a is not None and all(what in a.labels for _, what in wanted)]

    def _index(self, state: State, name: str) -> _Index | None:
        index = self._indexes.pop(name, None)
        if index is None:
            asked = self._asked.pop(name, 0) + 1
            if asked < _LOOKS:
                self._asked[name] = asked
                while len(self._asked) > 8 * NAMES_MOST:
                    del self._asked[next(iter(self._asked))]
                return None
        if index is None or index.state is not state or index.worn():
            index = _Index(state, name)
        self._indexes[name] = index
        while len(self._indexes) > NAMES_MOST:
            del self._indexes[next(iter(self._indexes))]
        return index
