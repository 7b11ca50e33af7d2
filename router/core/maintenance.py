"""Maintenance windows: announced times in which what matches is told to nobody."""

from collections.abc import Iterable, Mapping

import msgspec

from router.core.interval import Interval
from router.core.matcher import Matcher
from router.core.selector import Selector


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Quiet for what all `matchers` match: from `starts_at` until before `ends_at` (wall), if set;
    and where there are `intervals`, only while one of them holds."""

    name: str
    matchers: tuple[Matcher, ...]
    starts_at: int | None = None
    ends_at: int | None = None
    intervals: tuple[Interval, ...] = ()
    comment: str = ""

    def holds(self, wall: int) -> bool:
        """Whether it is on at this time."""
        if self.starts_at is not None and wall < self.starts_at:
            return False
        if self.ends_at is not None and wall >= self.ends_at:
            return False
        return not self.intervals or any(each.contains(wall) for each in self.intervals)


class Maintenances:
    """The maintenance windows of a routes.toml, indexed by their matchers. Never changed."""

    def __init__(self, windows: Iterable[Maintenance]) -> None:
        self._windows = {window.name: window for window in windows}
        self._index: Selector[str] = Selector()
        for window in self._windows.values():
            self._index.add(window.name, window.matchers)

    def __bool__(self) -> bool:
        """Whether there are any, whatever the time."""
        return bool(self._windows)

    def holding(self, labels: Mapping[str, str], wall: int) -> tuple[str, ...]:
        """The names of those that keep the label set quiet at this time, sorted."""
        if not self._windows:
            return ()
        found = self._index.matching(labels)
        return tuple(sorted(name for name in found if self._windows[name].holds(wall)))
