"""What a sequence does to silences: each new, changed, replaced, or expired."""

from random import Random

from differential.conditions import Conditions, Labels, draw_conditions
from differential.happenings import Hush, Step


class Hushes:
    """The silences of a sequence, as rules of the API change them; each change is a step."""

    def __init__(self, random: Random, steps: list[Step]) -> None:
        self.all: list[Hush] = []
        self._random = random
        self._steps = steps

    def hold(self, labels: Labels, at: float) -> bool:
        """Whether one of them silences these labels then."""
        return any(hush.holds(labels, at) for hush in self.all)

    def begin(self, at: float) -> None:
        """Silence something, at once or soon."""
        start = at + self._random.choice((0, 0, 0, 2))
        self._new(at, start, "silence")

    def expire(self, at: float) -> None:
        """End one; sometimes one that is over."""
        over = self._random.random() < 0.1
        hush = self._some(at, over=over)
        if hush is None:
            return
        if not over:
            hush.end = at
            hush.start = min(hush.start, at)
        self._steps.append(Step(at, f"expire {hush.name}", silence=hush.name, ends=True))

    def change(self, at: float) -> None:
        """Change the text and the end of one that holds, or of one that waits; the id stays."""
        hush = self._some(at)
        if hush is None or hush.start == at:
            return
        if hush.start > at:
            hush.start = at + self._random.choice((1, 2))
        hush.end = max(hush.start, at) + self._random.choice((2, 5, 600))
        hush.comment += ", changed"
        self._post(at, hush, "change", known=hush.name)

    def replace(self, at: float) -> None:
        """Change what one is about, or its start, or one that is over: that makes a new one."""
        old = self._some(at, over=self._random.random() < 0.3)
        if old is None or old.start == at:
            return
        kept = None
        if old.end <= at or self._random.random() < 0.3:
            kept = old
        if old.end > at:
            old.end = at
            old.start = min(old.start, at)
        self._new(at, at, "replace", kept, known=old.name)

    def _new(
        self, at: float, start: float, what: str, like: Hush | None = None, *, known: str = ""
    ) -> None:
        number = len(self.all) + 1
        conditions = like.conditions if like else self._conditions()
        end = start + self._random.choice((2, 3, 5, 600))
        hush = Hush(f"s{number}", conditions, start, end, f"number {number}")
        self.all.append(hush)
        self._post(at, hush, what, known=known)

    def _post(self, at: float, hush: Hush, what: str, *, known: str) -> None:
        body = hush.body() | ({"id": known} if known else {})
        self._steps.append(Step(at, f"{what} {known} {hush}", silence=hush.name, body=body))

    def _some(self, at: float, *, over: bool = False) -> Hush | None:
        found = [hush for hush in self.all if (hush.end <= at) == over]
        return self._random.choice(found) if found else None

    def _conditions(self) -> Conditions:
        """Some that ask for something: a silence of what has no labels at all is refused."""
        while True:
            drawn = draw_conditions(self._random, 3)
            if any(each.op in ("!=", "!~") or not each.holds({}) for each in drawn):
                return drawn
