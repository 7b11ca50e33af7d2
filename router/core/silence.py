"""Silences: for a time, alerts that match are told to nobody. Who asked and why is kept."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from typing import Literal

import msgspec
from msgspec.structs import replace

from router.core.labels import valid_text
from router.core.matcher import Matcher, matches_all
from router.core.moment import SECOND
from router.core.selector import Selector

State = Literal["pending", "active", "expired"]


class SilenceError(ValueError):
    """A silence cannot be kept. `code` is `not found` or `invalid`; the message says why."""

    def __init__(self, code: Literal["not found", "invalid"], text: str) -> None:
        self.code = code
        super().__init__(text)


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """All of `matchers` must match; times are wall microseconds, the end excluded.

    `until` are numbers of alerts: it ends by itself once none of them fires any more.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: int
    ends_at: int
    updated_at: int = 0
    created_by: str = ""
    comment: str = ""
    annotations: Mapping[str, str] = {}
    until: tuple[int, ...] = ()

    def state(self, now_wall: int) -> State:
        """Whether it is yet to come, holds now, or is over."""
        if now_wall < self.starts_at:
            return "pending"
        return "active" if now_wall < self.ends_at else "expired"

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the label set is one it speaks of, whatever the time."""
        return matches_all(self.matchers, labels)


class Update(msgspec.Struct, frozen=True):
    """What a posted silence comes to: the id to answer with, and the silences to store."""

    id: str
    silences: tuple[Silence, ...]


def validate(silence: Silence, now_wall: int) -> None:
    """Check a posted silence, its `starts_at` filled in; the sentences are Alertmanager's.

    Raises:
        SilenceError: it has no matcher, matches everything, is over, or ends before it starts.
    """
    if not silence.matchers:
        raise SilenceError("invalid", "silence invalid: at least one matcher required")
    if not any(m.is_negative or not m.matches({}) for m in silence.matchers):
        sentence = "silence invalid: at least one matcher must not match the empty string"
        raise SilenceError("invalid", sentence)
    if silence.starts_at >= silence.ends_at:
        sentence = "Failed to create silence: start time must be before end time"
        raise SilenceError("invalid", sentence)
    if silence.ends_at < now_wall:
        raise SilenceError("invalid", "Failed to create silence: end time can't be in the past")
    texts = (silence.created_by, silence.comment, *silence.annotations)
    if not all(map(valid_text, (*texts, *silence.annotations.values()))):
        raise SilenceError("invalid", "createdBy, comment and annotations must be UTF-8 text")


def decide_update(posted: Silence, stored: Silence | None, now_wall: int, new_id: str) -> Update:
    """What to store for a posted silence, and under which id it lives on.

    `stored` is what is known under `posted.id`. A posted start of 0 means now. What only changes
    a silence's text, its end, or a start to come keeps its id; anything else ends the old one and
    begins another under `new_id`, and an expired one is never touched.

    Raises:
        SilenceError: the posted one is invalid, or names a silence nobody knows.
    """
    posted = replace(posted, starts_at=posted.starts_at or now_wall, updated_at=now_wall)
    validate(posted, now_wall)
    if not posted.id:
        return Update(new_id, (_begun(posted, new_id, now_wall),))
    if stored is None:
        raise SilenceError("not found", "silence not found")
    if _keeps_id(stored, posted, now_wall):
        return Update(stored.id, (replace(posted, until=stored.until),))
    begun = _begun(posted, new_id, now_wall)
    ended = expire(stored, now_wall)
    return Update(new_id, (begun,) if ended == stored else (ended, begun))


def expire(silence: Silence, now_wall: int) -> Silence:
    """The silence ended now; one that is over already stays as it is."""
    state = silence.state(now_wall)
    if state == "expired":
        return silence
    starts_at = now_wall if state == "pending" else silence.starts_at
    return replace(silence, starts_at=starts_at, ends_at=now_wall, updated_at=now_wall)


def _begun(posted: Silence, new_id: str, now_wall: int) -> Silence:
    return replace(posted, id=new_id, starts_at=max(posted.starts_at, now_wall))


def _keeps_id(stored: Silence, posted: Silence, now_wall: int) -> bool:
    if stored.matchers != posted.matchers:
        return False
    match stored.state(now_wall):
        case "active":
            return stored.starts_at // SECOND == posted.starts_at // SECOND
        case "pending":
            return posted.starts_at >= now_wall
        case "expired":
            return False


def in_order(silences: Iterable[Silence], now_wall: int) -> list[Silence]:
    """As the API lists them: active by end, pending by start, expired with the latest end first."""

    def place(silence: Silence) -> tuple[int, int, str]:
        match silence.state(now_wall):
            case "active":
                return 0, silence.ends_at, silence.id
            case "pending":
                return 1, silence.starts_at, silence.id
            case "expired":
                return 2, -silence.ends_at, silence.id

    return sorted(silences, key=place)


class Silences:
    """Every silence that is kept, with those not yet over indexed by their matchers."""

    def __init__(self, silences: Iterable[Silence] = ()) -> None:
        self._kept: dict[str, Silence] = {}
        self._awaiting: dict[int, dict[str, None]] = {}
        self._index: Selector[str] = Selector()
        self._ends: list[tuple[int, str]] = []
        self._swept_at = 0
        for silence in silences:
            self.put(silence)

    def put(self, silence: Silence) -> None:
        """Keep a silence, in the place of one with the same id."""
        self._let_go(silence.id)
        self._kept[silence.id] = silence
        for number in silence.until:
            self._awaiting.setdefault(number, {})[silence.id] = None
        self._enter(silence)

    def drop(self, silence_id: str) -> None:
        """Forget a silence, if there is one with this id."""
        self._let_go(silence_id)
        self._kept.pop(silence_id, None)
        self._index.discard(silence_id)

    def get(self, silence_id: str) -> Silence | None:
        """The silence with this id."""
        return self._kept.get(silence_id)

    def all(self) -> tuple[Silence, ...]:
        """Every silence that is kept, expired ones too."""
        return tuple(self._kept.values())

    def awaiting(self, number: int) -> tuple[Silence, ...]:
        """The silences that last until this alert, among others, is over."""
        return tuple(self._kept[silence_id] for silence_id in self._awaiting.get(number, ()))

    def _let_go(self, silence_id: str) -> None:
        known = self._kept.get(silence_id)
        for number in known.until if known else ():
            waiting = self._awaiting.get(number, {})
            waiting.pop(silence_id, None)
            if not waiting:
                self._awaiting.pop(number, None)

    def __bool__(self) -> bool:
        """Whether any is kept, be it an expired one."""
        return bool(self._kept)

    def silenced_by(self, labels: Mapping[str, str], now_wall: int) -> tuple[str, ...]:
        """The ids of the silences that hold for the label set now, sorted."""
        self._sweep(now_wall)
        found = self._index.matching(labels)
        return tuple(sorted(i for i in found if self._kept[i].state(now_wall) == "active"))

    def _enter(self, silence: Silence) -> None:
        self._index.discard(silence.id)
        if silence.ends_at > self._swept_at:
            self._index.add(silence.id, silence.matchers)
            heappush(self._ends, (silence.ends_at, silence.id))
        if len(self._ends) > 2 * len(self._kept) + 16:
            self._ends = [(s.ends_at, s.id) for s in self._kept.values() if s.id in self._index]
            heapify(self._ends)

    def _sweep(self, now_wall: int) -> None:
        """Leave only silences not yet over in the index; a clock set back brings some again."""
        if now_wall < self._swept_at:
            back = [s for s in self._kept.values() if now_wall < s.ends_at <= self._swept_at]
            self._swept_at = now_wall
            for silence in back:
                self._enter(silence)
        self._swept_at = now_wall
        while self._ends and self._ends[0][0] <= now_wall:
            _, silence_id = heappop(self._ends)
            kept = self._kept.get(silence_id)
            if kept is None or kept.ends_at <= now_wall:
                self._index.discard(silence_id)
