"""How many alerts each source has: one that invents labels must not fill the memory."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from router.core.state import State


class Census:
    """Counts alerts, firing or not yet forgotten, by source."""

    def __init__(self) -> None:
        self._alerts = Counter[str]()

    def __iter__(self) -> Iterator[str]:
        """The sources that have any, by name."""
        return iter(sorted(self._alerts))

    def of(self, source: str) -> int:
        """How many a source has."""
        return self._alerts[source]

    def move(self, before: str | None, after: str | None) -> None:
        """An alert is another source's now; None stands for no source."""
        if before is not None:
            self._alerts[before] -= 1
            if not self._alerts[before]:
                del self._alerts[before]
        if after is not None:
            self._alerts[after] += 1


def is_crowded(state: "State", source: str) -> bool:
    """Whether a source has as many alerts as it may."""
    most = state.configuration.max_alerts
    return bool(most) and state.census.of(source) >= most
