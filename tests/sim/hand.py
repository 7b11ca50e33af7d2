"""Pages by hand: each rings at once, and again until somebody answers; one key is one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.core import event as e
from router.core.command import Answer
from router.core.moment import MINUTE

if TYPE_CHECKING:
    from sim.auditor import Auditor

BY_HAND = "by hand"
_SILENT = 40 * MINUTE  # Half an hour between fallbacks is the longest pause, a step's wait before.


class ByHand:
    """What people raised. `numbers` are the incidents that were promised, by key."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self.numbers: dict[str, int] = {}
        self._since: dict[int, int] = {}

    def answered(self, event: e.Raised, answer: Answer | None) -> None:
        """Somebody was told that a page is on its way."""
        if answer is None or answer.code not in ("raised", "repeated"):
            self._auditor.wrong(BY_HAND, f"{event.key} was answered with {answer}")
            return
        number = self.numbers.setdefault(event.key, answer.incident)
        self._since.setdefault(number, self._auditor.service)
        if number != answer.incident:
            self._auditor.wrong(BY_HAND, f"{event.key} pages by {number} and {answer.incident}")

    def look(self) -> None:
        """Whoever was promised was rung, and is rung again."""
        auditor = self._auditor
        for number, since in self._since.items():
            case = auditor.cases.known.get(number)
            if case is None:
                self._rings(number, since, MINUTE)
            elif auditor.duty.may_ring_nobody(case) or auditor.answers.may_sleep(case):
                continue
            elif case.taken is False and case.over is False:
                self._rings(number, max(case.page_at, case.stirred), _SILENT)

    def _rings(self, number: int, since: int, within: int) -> None:
        auditor = self._auditor
        if auditor.service - since > within + auditor.time.missed(since):
            auditor.wrong(BY_HAND, f"nobody is rung for incident {number}, raised by hand")
