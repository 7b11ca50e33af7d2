"""The sandbox of templates that came from Alertmanager: Go's values, functions and printing."""

import types
from collections.abc import Mapping
from typing import Any

from jinja2 import Undefined, nodes
from jinja2.ext import LoopControlExtension

from router.gotemplate.escapers import FILTERS
from router.gotemplate.functions import functions
from router.gotemplate.limits import GoError
from router.gotemplate.moments import Duration, Time
from router.gotemplate.printing import plain
from router.gotemplate.values import KV, Map, Method, Struct, field, type_of
from router.senders.sandbox import METHODS, Sandbox

_GENEROUS = 8  # A notification names every alert of its group, a page at most fifty.


class GoSandbox(Sandbox):
    """Renders what `tocsin import` writes, and what people make of it. One at a time.

    Fields, methods, truth and printing are Go's for the values under `data`; texts keep the
    methods jinja2 gives them. `at` is the wall time that `now` tells, in microseconds, and
    `route_labels` are what `routeLabels` looks in.
    """

    statements = (*Sandbox.statements, nodes.Break, nodes.Continue)

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(escape=False, strict=strict, generous=_GENEROUS)
        self.add_extension(LoopControlExtension)
        self.trim_blocks = self.lstrip_blocks = False
        self.keep_trailing_newline = True
        self.at = 0
        self.route_labels: Mapping[str, str] = {}
        known = functions(lambda: self.at, lambda: self.route_labels)
        known |= {"each": each, "indexed": indexed, "fail": fail}
        self._known = frozenset(known.values())
        single = {name: known[name] for name in known if name not in self.filters}
        self.filters = {**self.filters, **single, **FILTERS}
        self.globals = {**self.globals, **known}

    def _emit(self, value: Any) -> Any:
        if not isinstance(value, str | Undefined):
            value = "<no value>" if value is None else plain(value)
        self.step(len(value) if isinstance(value, str) else 0)
        return value

    def may_call(self, target: Any) -> bool:
        """Whether templates may call it: Go's functions and methods as well."""
        if isinstance(target, Method):
            return True
        if isinstance(target, types.FunctionType):
            return target in self._known
        return super().may_call(target)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field as Go finds it, where it is one of Go's values."""
        if isinstance(obj, KV | Struct | Map | Time | Duration | list | int | float | None):
            return field(obj, attribute)
        if type(obj) is str and attribute not in METHODS:
            return field(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`Labels["name"]` is `index` of it."""
        if isinstance(obj, KV):
            return obj.values.get(argument, "")
        return super().getitem(obj, argument)


def each(value: Any) -> Any:
    """What `range` goes through.

    Raises:
        GoError: Go ranges over no such value.
    """
    if value is None:
        return ()
    if isinstance(value, KV | Map | list):
        return value
    raise GoError(f"range can't iterate over {_briefly(value)}")


def indexed(value: Any) -> list[tuple[Any, Any]]:
    """The positions or names, and the values, of what `range` goes through."""
    found = each(value)
    if isinstance(found, KV):
        return list(found.values.items())
    if isinstance(found, Map):
        return [(name, found[name]) for name in sorted(found.keys())]
    return list(enumerate(found))


def fail(reason: Any) -> Any:
    """End the template, as Go would here.

    Raises:
        GoError: always.
    """
    raise GoError(str(reason))


def _briefly(value: Any) -> str:
    try:
        return plain(value)[:40]
    except GoError:
        return type_of(value)
