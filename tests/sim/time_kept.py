"""Service time as it ought to be, and when the service could not be expected to act in it."""

from bisect import bisect_right

from sim.machine import Machine

from router.core.moment import DAY

_MOST = 7 * DAY


class TimeKept:
    """Kept from outside: true time, and across a power cut what the wall clock says."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._offset = DAY
        self._last = (0, machine.wall, machine.boots)
        self._kept = False
        self._since: dict[str, int] = {}
        self._begins: list[int] = []
        self._sums: list[int] = []
        self._spent = 0

    def service(self) -> int:
        """The service time now."""
        return self._machine.passed + self._offset

    def stamp(self) -> tuple[int, int, int]:
        """What a commit that begins now keeps: both clocks, and which boot it is."""
        return self.service(), self._machine.wall, self._machine.boots

    def stamped(self, stamp: tuple[int, int, int]) -> None:
        """That commit is durable."""
        self._kept = True
        self._last = stamp

    def started(self) -> None:
        """A process began: time goes on from the last commit, if any, which tells no boot since."""
        service, wall, boot = self._last
        if not self._kept:
            self._offset = DAY - self._machine.passed
        elif self._machine.boots != boot:
            away = min(max(self._machine.wall - wall, 0), _MOST)
            self._offset = service + away - self._machine.passed
        self._fell_back()

    def _fell_back(self) -> None:
        """What was missed in a time that lies ahead again, as no commit kept it, counts no more."""
        now, fell = self.service(), False
        while self._begins and self._begins[-1] > now:
            self._begins.pop()
            self._spent, fell = self._sums.pop(), True
        if fell and self._since:
            self._begins.append(now)
            self._sums.append(self._spent)

    def away(self, why: str) -> None:
        """From now on nothing can be expected, for this reason."""
        if not self._since:
            self._begins.append(max(self.service(), *self._begins[-1:], 0))
            self._sums.append(self._spent)
        self._since.setdefault(why, self.service())

    def back(self, why: str) -> None:
        """That is over."""
        if self._since.pop(why, None) is not None and not self._since:
            self._spent += max(self.service() - self._begins[-1], 0)

    def missed(self, since: int) -> int:
        """How much of the time since then nothing could be expected in."""
        return self._total(self.service()) - self._total(since)

    def _total(self, at: int) -> int:
        place = bisect_right(self._begins, at) - 1
        if place < 0:
            return 0
        after = self._sums[place + 1] if place + 1 < len(self._sums) else self._spent
        open_ = place + 1 == len(self._sums) and bool(self._since)
        length = at - self._begins[place]
        return self._sums[place] + (length if open_ else min(length, after - self._sums[place]))
