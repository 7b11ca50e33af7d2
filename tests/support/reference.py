"""Escalation once more, written from its rules alone: plain data, seconds, one group of alerts.

It says at which second who is paged. It shares no code with what it judges.
"""

from dataclasses import dataclass, field

Steps = tuple[tuple[int, tuple[str, ...], bool], ...]
"""Seconds until the next step, who is called, and whether each of them must acknowledge."""

STEPS: dict[str, Steps] = {
    "a": ((300, ("ana", "cleo"), True), (180, ("whoever",), False), (240, ("bo", "ana"), False)),
    "b": ((120, ("whoever",), False), (360, ("ana",), True)),
}
ROTA = {"a": ("bo", "cleo"), "b": ("cleo", "bo")}
METHODS = {
    "ana": (("push", 0), ("sms", 120)),
    "bo": (("sms", 0),),
    "cleo": (("sms", 0), ("mail", 60)),
    "boss": (("slack", 0),),
}
ROUNDS = 2
FLUSH = 60
FALLBACK = 1800
ACK_TIMEOUT = 3600
REPEAT = 4 * 3600
LATE = 60
FOREVER = 10**12


@dataclass
class Waiting:
    """A page on its way; one that `insists` is stopped only by her own acknowledgement."""

    due: int
    person: str
    insists: bool


@dataclass
class Trouble:
    """One incident."""

    number: int
    steps: Steps
    grave: int
    due: int
    status: str = "rings"
    held: bool = False
    step: int = 0
    round: int = 0
    exhausted: bool = False
    taker: str = ""
    takers: set[str] = field(default_factory=set)
    moves: int = 0
    waiting: dict[str, Waiting] = field(default_factory=dict)

    @property
    def spent(self) -> bool:
        return self.round >= ROUNDS


class Reference:
    """What must have been paged. `now` is in seconds; `pages` are (second, method of whom)."""

    def __init__(self) -> None:
        self.now = 0
        self.plan = "a"
        self.pages: list[tuple[int, str]] = []
        self.alerts: dict[str, int] = {}
        self.members: set[str] = set()
        self.flush: int | None = None
        self.trouble: Trouble | None = None
        self.count = 0
        self.closed = -FOREVER
        self.news = True
        self.overrides: list[tuple[int, int, tuple[str, ...]]] = []

    def advance(self, seconds: int) -> None:
        """Time passes, and what is due happens."""
        until = self.now + seconds
        while (due := self._soonest()) is not None and due[0] <= until:
            self.now = max(self.now, due[0])
            match due[1]:
                case 1:
                    self._flush()
                case 2:
                    self._wake()
                case _:
                    self._send(due[2])
        self.now = until

    def leap(self, seconds: int) -> None:
        """Time passes while nobody is there to do anything."""
        self.now += seconds

    def fires(self, name: str, grave: int) -> None:
        if name in self.alerts:
            return
        self.alerts[name] = grave
        self.members.add(name)
        self.news = True
        if self.flush is None:
            self.flush = self.now
        if self.trouble is not None:
            self.trouble.held = False

    def ends(self, name: str) -> None:
        if self.alerts.pop(name, None) is not None and not self.alerts and self.trouble:
            self.trouble.held = True

    def acks(self, who: str) -> None:
        trouble = self.trouble
        if trouble is None:
            return
        trouble.due = self.now + ACK_TIMEOUT
        if trouble.status != "taken":
            trouble.status, trouble.taker, trouble.exhausted = "taken", who, False
            trouble.takers = set()
            trouble.moves += 1
        if who not in trouble.takers:
            trouble.takers.add(who)
            trouble.waiting = {
                to: page
                for to, page in trouble.waiting.items()
                if page.insists and page.person not in trouble.takers and not trouble.held
            }

    def unacks(self) -> None:
        trouble = self.trouble
        if trouble is not None and trouble.status != "rings":
            self._ring(trouble, anew=trouble.status == "sleeps")

    def snoozes(self, seconds: int) -> None:
        trouble = self.trouble
        if trouble is None:
            return
        trouble.status, trouble.due = "sleeps", self.now + seconds
        trouble.step = trouble.round = 0
        trouble.exhausted = False
        trouble.moves += 1
        trouble.waiting.clear()

    def unsnoozes(self) -> None:
        if self.trouble is not None and self.trouble.status == "sleeps":
            self.unacks()

    def escalates(self, number: int, moves: int) -> None:
        """As of what was seen of this incident."""
        trouble = self.trouble
        if trouble is None or trouble.number != number or trouble.held or moves < trouble.moves:
            return
        if trouble.exhausted or trouble.spent:
            trouble.step = trouble.round = 0
            trouble.exhausted = False
        self._ring(trouble, anew=trouble.status == "sleeps")

    def overrides_with(self, start: int, end: int, users: tuple[str, ...]) -> None:
        """These are on call from now + start until now + end, whatever was said before."""
        self.overrides.append((self.now + start, self.now + end, users))

    def summons(self, who: str) -> None:
        trouble = self.trouble
        if trouble is None or trouble.held or trouble.status == "sleeps":
            return
        taken = trouble.status == "taken"
        if who not in trouble.takers or not taken:
            self._call(trouble, [who], insists=taken)
        if taken:
            trouble.due = self.now + ACK_TIMEOUT

    def closes(self) -> None:
        if self.trouble is not None:
            self.trouble = None
            self.closed, self.news = self.now, False

    def _soonest(self) -> tuple[int, int, str] | None:
        waiting: list[tuple[int, int, str]] = []
        if self.flush is not None:
            waiting.append((self.flush, 1, ""))
        if self.trouble is not None and not self.trouble.held:
            waiting.append((self.trouble.due, 2, ""))
            waiting += [(page.due, 3, to) for to, page in self.trouble.waiting.items()]
        return min(waiting, default=None)

    def _flush(self) -> None:
        assert self.flush is not None
        late = self.now - self.flush > FLUSH
        self.flush = self.now + FLUSH if late else self.flush + FLUSH
        worst = max(self.alerts.values(), default=0)
        if self.trouble is not None and not self.alerts:
            self.trouble = None
        elif self.trouble is not None and worst > self.trouble.grave:
            self.trouble.grave = worst
            if self.trouble.status != "rings":
                self._ring(self.trouble, anew=True)
        elif self.trouble is None and self.alerts:
            self._open(worst)
        self.members &= set(self.alerts)
        if not self.members:
            self.flush, self.closed, self.news = None, -FOREVER, True

    def _open(self, worst: int) -> None:
        if self.news or self.closed + REPEAT <= self.now:
            self.count += 1
            self.trouble = Trouble(self.count, STEPS[self.plan], worst, self.now)
            self.closed, self.news = -FOREVER, True

    def _ring(self, trouble: Trouble, *, anew: bool) -> None:
        trouble.status, trouble.due = "rings", self.now
        trouble.moves += 1
        if anew:
            trouble.step = trouble.round = 0
            trouble.exhausted = False

    def _wake(self) -> None:
        trouble = self.trouble
        assert trouble is not None
        also: tuple[str, ...] = ()
        if trouble.status == "taken":
            also = (trouble.taker,)
        if trouble.status != "rings":
            self._ring(trouble, anew=trouble.status == "sleeps")
        trouble.grave = max(trouble.grave, *self.alerts.values())
        trouble.moves += 1
        for _ in trouble.steps:
            if trouble.exhausted or trouble.spent:
                break
            wait, called, each = trouble.steps[trouble.step]
            people = self._people((*also, *called))
            self._call(trouble, people, insists=each)
            trouble.due = (trouble.due if self.now - trouble.due < LATE else self.now) + wait
            trouble.step += 1
            if trouble.step == len(trouble.steps):
                trouble.step, trouble.round = 0, trouble.round + 1
            if people:
                return
            trouble.due = self.now
        self._call(trouble, [*also, "boss"], insists=False)
        trouble.exhausted, trouble.due = True, self.now + FALLBACK

    def _people(self, called: tuple[str, ...]) -> list[str]:
        """Those who are meant, right now."""
        found: list[str] = []
        for who in called:
            found += self._on_call() if who == "whoever" else [who]
        return list(dict.fromkeys(found))

    def _on_call(self) -> tuple[str, ...]:
        for start, end, users in reversed(self.overrides):
            if start <= self.now < end:
                return users
        return (ROTA[self.plan][self.now // 3600 % 2],)

    def _call(self, trouble: Trouble, people: list[str], *, insists: bool) -> None:
        for person in people:
            for method, after in METHODS[person]:
                page = Waiting(self.now + after, person, insists)
                trouble.waiting[f"{person} {method}"] = page

    def _send(self, to: str) -> None:
        assert self.trouble is not None
        del self.trouble.waiting[to]
        self.pages.append((self.now, to))
