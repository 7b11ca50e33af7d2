"""The two clocks of design: what the wall says, and how long the service has been waiting."""

import time
import uuid
from pathlib import Path

from router.core.moment import DAY, Now, Stamp

_LONGEST_ABSENCE = 7 * DAY
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """Reads the machine's clocks. Service time goes on from the last committed stamp.

    In the same boot it is exact, whatever was done to the wall clock. After a reboot the time away
    is what the wall says, never less than nothing and at most a week; `distrusted` then says why,
    if the wall clock cannot be believed.
    """

    def __init__(self, last: Stamp | None) -> None:
        self._boot_id = _boot_id()
        self.distrusted = ""
        self._offset = self._resume(last) - _boot()

    def now(self) -> Now:
        """This instant on both clocks."""
        return Now(wall=time.time_ns() // 1000, service=_boot() + self._offset)

    def stamp(self) -> Stamp:
        """What a commit saves, so that a later start can go on from here."""
        boot = _boot()
        now = Now(wall=time.time_ns() // 1000, service=boot + self._offset)
        return Stamp(now=now, boot=boot, boot_id=self._boot_id)

    def _resume(self, last: Stamp | None) -> int:
        if last is None:
            return DAY  # Any start will do; a day leaves room for what is "long ago".
        if last.boot_id == self._boot_id and _boot() >= last.boot:
            return last.now.service + _boot() - last.boot
        away = time.time_ns() // 1000 - last.now.wall
        if away < 0:
            self.distrusted = "the wall clock is behind the last commit; waits go on from there"
        elif away > _LONGEST_ABSENCE:
            self.distrusted = "the service was away for over a week; waits count one week of it"
        return last.now.service + min(max(away, 0), _LONGEST_ABSENCE)


def _boot() -> int:
    return time.clock_gettime_ns(_BOOT_CLOCK) // 1000


def _boot_id() -> str:
    """The kernel's name for this boot (proc(5)); elsewhere every start counts as a new boot."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else str(uuid.uuid4())
