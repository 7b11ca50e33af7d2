"""The silences: which were asked for, which are kept, and of what they surely keep quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from router.core.moment import DAY, MINUTE
from router.core.silence import Silence

if TYPE_CHECKING:
    from sim.auditor import Auditor


class Quiet(msgspec.Struct):
    """A silence that was asked for: of one cluster, and until when by the wall.

    It is `sure` once it was answered for; `spoke` is when it last held, or may have.
    """

    cluster: str
    starts_at: int
    ends_at: int
    at: int
    sure: bool = False
    spoke: int = 0


class Silences:
    """All of them, by id. `stepped` is when the wall clock, by which they go, was last set."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self.known: dict[str, Quiet] = {}
        self.stepped = 0

    def wall_stepped(self) -> None:
        """Somebody set the clock."""
        self.stepped = self._auditor.service
        self.forget()

    def forget(self) -> None:
        """One long past may be deleted, and does not hold again by a clock set back."""
        for quiet in self.known.values():
            quiet.sure = quiet.sure and self._auditor.machine.wall < quiet.ends_at + DAY

    def stirred(self, cluster: str) -> int:
        """When the quiet about a cluster last began, held or ended, or may have; 0 for never."""
        return max((self._spoke(q) for q in self.known.values() if q.cluster == cluster), default=0)

    def put(self, silence: Silence, *, sure: bool) -> None:
        """Somebody asks for a silence, or was told that it is kept."""
        cluster, before = silence.matchers[0].value, self.known.get(silence.id)
        ends_at = silence.ends_at if sure or before is None else before.ends_at
        quiet = Quiet(
            cluster, silence.starts_at, ends_at, self._auditor.service, sure, self._auditor.service
        )
        self.known[silence.id] = quiet
        self._auditor.cases.stir(cluster)

    def hold(self, cluster: str) -> bool:
        """Whether all of it surely is."""
        wall = self._auditor.machine.wall
        if self._auditor.service - self.stepped < MINUTE:
            return False
        return any(
            q.sure and q.cluster == cluster and q.starts_at <= wall < q.ends_at
            for q in self.known.values()
        )

    def may_hold(self, cluster: str, since: int | None = None) -> bool:
        """Whether it may be silenced, or may have been since then."""
        then = self._auditor.service if since is None else since
        mine = (q for q in self.known.values() if q.cluster == cluster)
        return any(self._auditor.machine.wall < q.ends_at or self._spoke(q) >= then for q in mine)

    def _spoke(self, quiet: Quiet) -> int:
        if self._auditor.machine.wall < quiet.ends_at + 2 * MINUTE:
            quiet.spoke = self._auditor.service
        return quiet.spoke
