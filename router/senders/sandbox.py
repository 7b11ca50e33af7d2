"""Runs templates so that none can reach out, go on for ever or grow without end.

jinja2's sandbox guards attributes but not time and memory: `range` in `range`, `'x'|center(10**9)`
or a string doubled forty times stop a process. Here a template is metered. Every pass of a loop,
every macro call and every computed value takes a step and is weighed before it is used; only
filters and methods that cannot outgrow their input are there at all; and includes, blocks and
switches of escaping are refused. A template that goes too far raises; whoever renders falls back.
"""

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import ChainableUndefined, StrictUndefined, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from router.senders.budget import OUTPUT_MAX, Budget, OverBudget, short_range
from router.senders.filters import filters

SOURCE_MAX = 65_536
_OPERANDS_MAX = 64

_METHOD_NAMES = """
capitalize casefold count endswith find get index isdigit items keys lower lstrip partition
removeprefix removesuffix rfind rpartition rsplit rstrip split splitlines startswith strip
title upper values
"""
METHODS = frozenset(_METHOD_NAMES.split())

_STATEMENTS = (
    *(nodes.Template, nodes.Output, nodes.For, nodes.If, nodes.Macro, nodes.Assign),
    *(nodes.AssignBlock, nodes.With),
)

_WEIGHED = (
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow),
    *(nodes.Concat, nodes.Call, nodes.Filter, nodes.List, nodes.Dict),
)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment in which hostile templates end soon. It renders one at a time.

    `escape` is HTML's escaping of every value; `strict` makes unknown names an error.
    """

    statements: tuple[type[nodes.Node], ...] = _STATEMENTS
    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, *, escape: bool, strict: bool = False, generous: int = 1) -> None:
        self.budget = Budget(generous)
        self.step, self.weigh = self.budget.step, self.budget.weigh
        super().__init__(
            autoescape=escape,
            undefined=StrictUndefined if strict else ChainableUndefined,
            finalize=self._emit,
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self.filters = filters()
        self.globals = {"range": short_range, "namespace": Namespace}

    def prepare(self, source: str) -> Callable[[Mapping[str, Any]], str]:
        """The template as a function from data to text.

        Both raise whatever is wrong with the template: jinja2's errors, OverBudget, and any
        error Python's own operations raise.
        """
        if len(source) > SOURCE_MAX:
            raise OverBudget(f"the template is longer than {SOURCE_MAX} characters")
        self.budget.begin()
        tree = self.parse(source)
        for node in tree.find_all(nodes.Stmt):
            if not isinstance(node, self.statements) or getattr(node, "filter", None):
                kind = type(node).__name__.lower()
                raise SecurityError(
                    f"line {node.lineno or 1}: {kind} is not available in templates"
                )
        if any(len(node.nodes) > _OPERANDS_MAX for node in tree.find_all(nodes.Concat)):
            raise OverBudget(f"a template joins at most {_OPERANDS_MAX} texts by ~ at once")
        template = self.from_string(_Metering().visit(tree))

        def render(data: Mapping[str, Any]) -> str:
            self.budget.begin()
            return _gather(template.generate(**data), OUTPUT_MAX * self.budget.generous)

        return render

    def _emit(self, value: Any) -> Any:
        """What is written for a value: nothing for None."""
        if not isinstance(value, str | Undefined):
            value = "" if value is None else str(value)
        self.step(len(value))
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiplication and remainder for numbers only; a power is refused."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or not numbers:
            raise OverBudget(f"{operator} is for numbers in templates, and ** is not available")
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a loop, one of ours, or a method that cannot outgrow its text."""
        # The mangled names are jinja2's: no keyword argument of a template can collide with them.
        if not __self.may_call(__obj):
            name = getattr(__obj, "__name__", type(__obj).__name__)
            raise SecurityError(f"{name} cannot be called in templates")
        return super().call(__context, __obj, *args, **kwargs)

    def may_call(self, target: Any) -> bool:
        """Whether templates may call it."""
        if isinstance(target, Macro | LoopContext) or target is short_range or target is Namespace:
            return True
        if isinstance(target, types.MethodType):
            return isinstance(target.__self__, LoopContext) or target.__self__ is self.budget
        return (
            isinstance(target, types.BuiltinMethodType)
            and isinstance(target.__self__, str | dict | list | tuple)
            and target.__name__ in METHODS
        )

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`labels.items` is the label of that name where there is one."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Metering(NodeTransformer):
    """Puts a step into every loop and macro, and weighs what every expression computes."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        super().generic_visit(node, *args, **kwargs)
        if isinstance(node, nodes.For | nodes.Macro):
            size = sum(len(data.data) for part in node.body for data in _own_text(part))
            node.body.insert(0, nodes.ExprStmt(_ours("step", nodes.Const(size), node)))
        if isinstance(node, _WEIGHED) or (isinstance(node, nodes.Tuple) and node.ctx == "load"):
            return _ours("weigh", node, node)
        return node


def _own_text(node: nodes.Node) -> Iterator[nodes.TemplateData]:
    if isinstance(node, nodes.TemplateData):
        yield node
    yield from node.find_all(nodes.TemplateData)


def _ours(method: str, argument: nodes.Expr, at: nodes.Node) -> nodes.Call:
    target = nodes.EnvironmentAttribute(method)
    call = nodes.Call(target, [argument], [], None, None)
    call.set_lineno(at.lineno)
    return call


def _gather(pieces: Iterable[str], most: int) -> str:
    """The pieces as one text, stopping as soon as it is too long."""
    gathered, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > most:
            raise OverBudget(f"the text is longer than {most} characters")
        gathered.append(piece)
    return "".join(gathered)
