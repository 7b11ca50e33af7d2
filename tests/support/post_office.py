"""A post office that takes, loses or refuses what it is given, just as a test says."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Literal

import msgspec

from router.core import event as e
from router.core import labels
from router.core.notification import Delivery, decode
from support.virtual import after, spell

Mood = Literal["takes", "fails", "loses", "refuses", "hangs", "dawdles"]


class Reply(msgspec.Struct, frozen=True):
    """What becomes of one attempt.

    It `takes` the message, `fails`, `loses` the answer to it (it arrived), `refuses` for good,
    `hangs` (sent, and no answer yet) or `dawdles` (claimed, and its first byte has not left).
    """

    mood: Mood = "takes"
    retry_after: int | None = None


TAKES, FAILS, LOSES, REFUSES = Reply("takes"), Reply("fails"), Reply("loses"), Reply("refuses")
HANGS, DAWDLES = Reply("hangs"), Reply("dawdles")


def busy(text: str) -> Reply:
    """It fails, and asks for no other attempt before so long."""
    return Reply("fails", after(text))


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt that began, and how it ended."""

    passed: int
    row: Delivery
    end: str = ""

    @property
    def who(self) -> str:
        """`ana sms` or `ops slack`."""
        return short(self.row.target)

    @property
    def names(self) -> list[str]:
        """The alerts it speaks of, those that ended with a minus."""
        return [
            ("" if alert.firing else "-") + labels.decode(bytes(alert.labels))["alertname"]
            for alert in decode(self.row.payload).alerts
        ]

    def __str__(self) -> str:
        row = self.row
        what = row.kind if row.kind in ("acknowledged", "resolved") else f"{row.kind}, {row.reason}"
        if row.kind == "notification":
            what = f"{row.reason}: {' '.join(self.names)}"
        again = ", again" if row.maybe_sent else ""
        return f"{spell(self.passed)} {self.who}: {what}{again}{self.end}"


def short(target: str) -> str:
    """`ana sms` for `user:ana/sms`, `ops slack` for the receiver's first of its kind."""
    name, *rest = target.partition(":")[2].split("/")
    number = f" {rest[1]}" if len(rest) > 1 and rest[1] != "0" else ""
    return f"{name} {rest[0]}{number}"


class PostOffice:
    """Everything that was ever sent, and what is under way.

    `arrived` counts, for each key, how often the far side saw it; `doubts` how often we could not
    know, which alone excuses that it saw one twice. `on_begin` and `on_arrival` are told of every
    first byte that leaves, and of every message that the far side may have taken. `fate` says what
    becomes of an attempt that nothing was said about.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.arrived: defaultdict[str, int] = defaultdict(int)
        self.doubts: defaultdict[str, int] = defaultdict(int)
        self.under_way: dict[int, Delivery] = {}
        self.dawdling: dict[int, Delivery] = {}
        self.on_begin: Callable[[Delivery], None] = lambda _row: None
        self.on_arrival: Callable[[Delivery], None] = lambda _row: None
        self._replies: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._always: dict[str, Reply] = {}
        self.fate: Callable[[], Reply] = lambda: TAKES

    def next(self, who: str, *replies: Reply) -> None:
        """What becomes of the next attempts at this target."""
        self._replies[who].extend(replies)

    def always(self, who: str, reply: Reply) -> None:
        """What becomes of every attempt at this target that nothing else was said about."""
        self._always[who] = reply

    def heal(self) -> None:
        """From here on everything is taken."""
        self.fate = lambda: TAKES
        self._replies.clear()
        self._always.clear()

    def take(self, row: Delivery, passed: int, wanted: Callable[[int], bool]) -> e.Event | None:
        """Carry a claimed delivery as far as it goes now; the event it ends with, if it does."""
        reply = self._reply(short(row.target))
        if reply.mood == "dawdles":
            self.dawdling[row.id] = row
            return None
        return self._begin(row, passed, wanted, reply)

    def begin(self, who: str, passed: int, wanted: Callable[[int], bool]) -> e.Event | None:
        """The first byte of what was dawdling is about to leave."""
        row = self.dawdling.pop(_find(self.dawdling, who))
        return self._begin(row, passed, wanted, self._reply(who))

    def end(self, who: str, reply: Reply) -> e.Event:
        """What was under way to this target ends so."""
        row = self.under_way.pop(_find(self.under_way, who))
        return self._answer(row, reply)

    def crash(self) -> None:
        """The service died: nobody will ever hear what became of what is under way."""
        for row in self.under_way.values():
            self._arrive(row)
        for row in (*self.under_way.values(), *self.dawdling.values()):
            self.doubts[row.key] += 1
        self.under_way.clear()
        self.dawdling.clear()

    def _reply(self, who: str) -> Reply:
        replies = self._replies[who]
        return replies.popleft() if replies else self._always.get(who) or self.fate()

    def _begin(
        self, row: Delivery, passed: int, wanted: Callable[[int], bool], reply: Reply
    ) -> e.Event | None:
        if not wanted(row.id):
            return e.Skipped(row.id)
        self.on_begin(row)
        end = "" if reply.mood == "takes" else f" ({reply.mood})"
        self.sent.append(Sent(passed=passed, row=row, end=end))
        if reply.mood == "hangs":
            self.under_way[row.id] = row
            return None
        return self._answer(row, reply)

    def _arrive(self, row: Delivery) -> None:
        self.arrived[row.key] += 1
        self.on_arrival(row)

    def _answer(self, row: Delivery, reply: Reply) -> e.Event:
        match reply.mood:
            case "fails":
                wait = reply.retry_after
                return e.Failed(delivery=row.id, error="503 busy", retry_after=wait)
            case "refuses":
                return e.Failed(delivery=row.id, error="404 no such number", permanent=True)
            case "loses":
                self._arrive(row)
                self.doubts[row.key] += 1
                return e.Failed(delivery=row.id, error="timed out", ambiguous=True)
        self._arrive(row)
        return e.Delivered(delivery=row.id, ref=f"ref of {row.key}")


def _find(rows: dict[int, Delivery], who: str) -> int:
    found = [row.id for row in rows.values() if short(row.target) == who]
    assert found, f"nothing is under way to {who}"
    return found[0]
