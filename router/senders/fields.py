"""Fills in the templates that operators write for single fields of a message."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from router.core.outgoing import Outgoing
from router.gotemplate import data
from router.gotemplate.book import needed
from router.gotemplate.defaults import macros as default_macros
from router.gotemplate.values import KV, Data
from router.senders.gosandbox import GoSandbox
from router.senders.view import view

_KEPT = 512

OnError = Callable[[str, Exception], None]
Render = Callable[[Mapping[str, Any]], str]


class Fields:
    """Renders fields, with what they may know of a delivery: `data` as Alertmanager's templates
    have it, and everything our own templates have.

    A label of a route that cannot be filled in is empty, and told to `on_error(label, error)`;
    without one it is an error like any other.
    """

    def __init__(
        self,
        macros: Mapping[str, str] | None = None,
        *,
        strict: bool = False,
        on_error: OnError | None = None,
    ) -> None:
        self._sandbox = GoSandbox(strict=strict)
        self._on_error = on_error
        self._macros = {**default_macros(), **(macros or {})}
        self._compiled: OrderedDict[str, Render] = OrderedDict()
        self._last: tuple[Outgoing, dict[str, Any]] | None = None

    def text(self, written: str, outgoing: Outgoing) -> str:
        """The field's text for this delivery; raises whatever is wrong with the template."""
        return self.render(written, self._known(outgoing), outgoing.at)

    def render(self, written: str, known: Mapping[str, Any], at: int) -> str:
        """The text for this data at this wall time; raises whatever is wrong with the template."""
        render = self._compiled.get(written)
        if render is None:
            render = self._compiled[written] = self.compile(written)
            if len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        self._sandbox.at = at
        told = known.get("data")
        self._sandbox.route_labels = told.RouteLabels.values if isinstance(told, Data) else {}
        return render(known)

    def compile(self, written: str) -> Render:
        """The template as a function; raises what is wrong with it."""
        return self._sandbox.prepare("".join((*needed(written, self._macros).values(), written)))

    def _known(self, outgoing: Outgoing) -> dict[str, Any]:
        """The same for all fields of one delivery."""
        if self._last is None or self._last[0] is not outgoing:
            told = data.of(outgoing)
            known = {**view(outgoing), "data": told}
            written = outgoing.snapshot.route_labels.items()
            filled = {name: self._label(name, text, known, outgoing.at) for name, text in written}
            told.RouteLabels = KV(filled)
            self._last = (outgoing, known)
        return self._last[1]

    def _label(self, name: str, written: str, known: Mapping[str, Any], at: int) -> str:
        try:
            return self.render(written, known, at)
        except Exception as error:
            if self._on_error is None:
                raise
            self._on_error(name, error)
            return ""
