"""Which label set a generic source's key stands for, so that its end finds what it began.

An alert is its label set, and a sender of generic JSON seldom repeats the title or severity it
began with when it says that all is well. Its key it does repeat.
"""

from collections.abc import Callable, Mapping

import msgspec

from router.core.alert import Alert
from router.core.labels import canonical, decode
from router.core.moment import MINUTE

_SLACK = 4096


class _Entry(msgspec.Struct, gc=False):
    """`replaced` are the label sets the key stood for before, and since when it does not."""

    labels: bytes
    at: int
    firing: bool
    replaced: dict[bytes, int] = {}


class Keys:
    """What each key of one source stands for: learned from the state, then from what is decoded.

    Reports reach the state only after they are decoded, so what was decoded last counts, and the
    state only for what it has had a minute to learn. `alerts` gives the state's alerts of the
    moment; another mapping than before (the state was loaded anew) is read again.
    """

    def __init__(self, source: str, alerts: Callable[[], Mapping[bytes, Alert]]) -> None:
        self._alerts = alerts
        self._mark = b'"source":' + msgspec.json.encode(source)
        self._read: Mapping[bytes, Alert] | None = None
        self._entries: dict[bytes, _Entry] = {}
        self._limit = _SLACK

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._entries)

    def last(self, labels: Mapping[str, str]) -> bytes | None:
        """The label set that these labels' key stood for last, whether or not it still fires."""
        self._learn()
        entry = self._entries.get(_key(labels))
        return entry.labels if entry else None

    def firing(self, labels: Mapping[str, str], now: int) -> bytes | None:
        """The label set that fires under these labels' key."""
        self._learn()
        entry = self._entries.get(_key(labels))
        if entry is None or not entry.firing:
            return None
        return entry.labels if self._may_fire(entry.labels, entry.at, now) else None

    def note(
        self, labels: Mapping[str, str], stands_for: bytes, now: int, *, firing: bool
    ) -> list[bytes]:
        """These labels' key was just decoded as standing for this label set.

        Gives the label sets it stood for before and that may still fire: end them too. They come
        again until the state knows of their end, for a submit may fail.
        """
        self._learn()
        key = _key(labels)
        entry = self._entries.get(key)
        replaced = {}
        if entry is not None:
            before = {**entry.replaced, entry.labels: entry.at if entry.firing else 0}
            before.pop(stands_for, None)
            replaced = {old: at for old, at in before.items() if self._may_fire(old, at, now)}
        self._entries[key] = _Entry(stands_for, now, firing, replaced)
        if len(self._entries) > self._limit:
            self._prune(now)
        return list(replaced)

    def _may_fire(self, labels: bytes, at: int, now: int) -> bool:
        """Whether it fires, or was decoded so lately that the state may not know of it yet."""
        known = self._read.get(labels) if self._read is not None else None
        return (known is not None and known.firing) or abs(now - at) <= MINUTE

    def _learn(self) -> None:
        alerts = self._alerts()
        if alerts is self._read:
            return
        self._read = alerts
        for alert in alerts.values():
            if alert.firing and self._mark in alert.labels:
                fresh = _Entry(alert.labels, alert.updated_at, True)
                entry = self._entries.setdefault(_key(decode(alert.labels)), fresh)
                if entry.labels != alert.labels:
                    entry.replaced[alert.labels] = 0

    def _prune(self, now: int) -> None:
        self._entries = {
            key: entry
            for key, entry in self._entries.items()
            if self._may_fire(entry.labels, entry.at, now)
            or any(self._may_fire(old, at, now) for old, at in entry.replaced.items())
        }
        self._limit = 2 * len(self._entries) + _SLACK


def _key(labels: Mapping[str, str]) -> bytes:
    """The explicit key; without one all that was said of the alert, but for how bad it is."""
    if "key" in labels:
        return labels["key"].encode()
    return canonical({name: labels[name] for name in labels if name != "severity"})
