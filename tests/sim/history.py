"""What happened, in the order it did: the trace of a run, and the verdicts on it."""

import hashlib
from collections.abc import Callable

from support.virtual import spell

_SHOWN = 40


class Wrong(BaseException):
    """A promise was broken; no rule and no courier may catch this."""


class History:
    """Lines with the virtual time they happened at, each about a subject or about everything ("").

    `broken` are the sentences of the auditor, the first of which ends the run.
    """

    def __init__(self, passed: Callable[[], int]) -> None:
        self._passed = passed
        self._lines: list[tuple[int, str, str]] = []
        self.broken: list[str] = []
        self._about: list[str] = []
        self.counts: dict[str, int] = {}

    def note(self, about: str, text: str) -> None:
        """Write down what happened to a subject."""
        self._lines.append((self._passed(), about, text))

    def count(self, what: str) -> None:
        """One more of these."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def wrong(self, about: str, sentence: str) -> None:
        """A promise was broken."""
        self.note(about, f"BROKEN: {sentence}")
        self.broken.append(f"{spell(self._passed())} {sentence}")
        self._about.append(about)

    def trace(self) -> list[str]:
        """The last lines about what the first verdict is about, and about everything."""
        about = self._about[0] if self._about else ""
        found = [line for line in self._lines if not about or line[1] in ("", about)]
        end = next((i for i, line in enumerate(found) if "BROKEN" in line[2]), len(found))
        shown = found[max(0, end + 1 - _SHOWN) : end + 1]
        return [f"{spell(at):>14}  {subject:8} {text}" for at, subject, text in shown]

    def digest(self) -> str:
        """A name of everything that happened, the same for the same run."""
        lines = "\n".join(f"{at} {about} {text}" for at, about, text in self._lines)
        return hashlib.sha256(lines.encode()).hexdigest()[:16]
