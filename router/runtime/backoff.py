"""How long to wait before trying again."""

import random
from collections.abc import Callable


class Backoff:
    """Waits that double from one failure to the next, up to a longest, each shortened by chance.

    Without the chance, all who lost the same server would come back to it in the same moment.
    """

    def __init__(
        self,
        first_seconds: float = 0.1,
        longest_seconds: float = 5.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._chance = chance
        self._next = first_seconds

    def next(self) -> float:
        """The seconds to wait now: between half of this turn's wait and all of it."""
        wait, self._next = self._next, min(self._next * 2, self._longest)
        return wait * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """It worked: the next failure is a first one again."""
        self._next = self._first
