"""What rendering one template may cost: steps, processor time and memory."""

import time
from typing import Any

TEXT_MAX = 65_536
OUTPUT_MAX = 32_768
_STEPS = 50_000
_CPU_SECONDS = 0.25  # A collection of garbage may fall into it, and is no fault of the template.
_EMITTED_MAX = 4 * OUTPUT_MAX
_NODES_MAX = 20_000
_LIST_TEXT_MAX = 4_000_000
_BITS_MAX = 256


class OverBudget(Exception):
    """A template used more steps, time or memory than a page is worth."""


class Budget:
    """Counts what one rendering uses. Processor time, so that a busy machine cuts nothing short.

    `generous` is for notifications that name every alert of a group.
    """

    def __init__(self, generous: int = 1) -> None:
        self.generous = generous
        self.begin()

    def begin(self) -> None:
        """Start counting afresh."""
        self._steps = self._emitted = 0
        self._until = time.thread_time() + _CPU_SECONDS * self.generous

    def step(self, size: int = 0) -> None:
        """Take a step that writes `size` characters of the template's own text."""
        self._steps += 1
        self._emitted += size
        if self._steps > _STEPS * self.generous or time.thread_time() > self._until:
            raise OverBudget(f"the template was stopped after {self._steps} steps")
        if self._emitted > _EMITTED_MAX * self.generous:
            most = _EMITTED_MAX * self.generous
            raise OverBudget(f"the template wrote more than {most} characters")

    def weigh(self, value: Any) -> Any:
        """The value itself, unless it is too large to go on with."""
        self.step()
        items, characters, todo = _NODES_MAX, _LIST_TEXT_MAX, [value]
        longest = TEXT_MAX * self.generous
        while todo:
            item = todo.pop()
            items -= 1
            if isinstance(item, str):
                characters -= len(item)
                if len(item) > longest:
                    raise OverBudget(f"a text of the template is longer than {longest}")
            if isinstance(item, int) and item.bit_length() > _BITS_MAX:
                raise OverBudget(f"a number of the template has more than {_BITS_MAX} bits")
            if isinstance(item, list | tuple | set | frozenset | dict):
                todo.extend(item.values() if isinstance(item, dict) else item)
            if len(todo) > items or characters < 0:
                raise OverBudget("a list of the template holds too much")
        return value


def short_range(*bounds: int) -> range:
    """`range` of at most a thousand numbers."""
    numbers = range(*bounds)
    if len(numbers) > 1000:
        raise OverBudget("a range in a template has at most 1000 numbers")
    return numbers
