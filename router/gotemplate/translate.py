"""Turns a Go template's nodes into jinja2's text."""

from collections.abc import Callable, Iterable, Iterator

from router.gotemplate.contexts import (
    DEAD,
    Ambiguous,
    Place,
    Walker,
    begun,
    escapers,
    joined,
    valued,
)
from router.gotemplate.expressions import Scope, called, expression, listed
from router.gotemplate.merged import merged
from router.gotemplate.nodes import (
    Action,
    Branch,
    Call,
    Comment,
    Jump,
    Node,
    Pipeline,
    Template,
    TemplateError,
    Text,
)
from router.gotemplate.written import Names, comment, constant, raw

Macro = Callable[[str, Place | None, str, int], tuple[str, Place | None]]
"""Finds the macro of a template by its name and place: its name, and the place behind it.

The name is empty for a template that there is not: Go minds that only when it comes to it."""


class Translator:
    """Translates one template. `place` is where in HTML it is at, None for plain text."""

    def __init__(
        self, template: Template, names: Names, macro: Macro, place: Place | None, dot: str
    ) -> None:
        self._file = template.file
        self._names = names
        self._macro = macro
        self.place = place
        self._assigned = set(_assigned(template.body))
        self._scope = Scope(dot, {"": dot})
        self._body = template.body

    def text(self) -> str:
        """The jinja2 source; `place` is then the one behind it.

        Raises:
            TemplateError: it cannot be translated.
        """
        return self._list(self._body, self._scope)

    def _error(self, line: int, what: str) -> TemplateError:
        return TemplateError(self._file, line, what)

    def _list(self, nodes: Iterable[Node], scope: Scope) -> str:
        found = []
        for node in nodes:
            found.append(self._node(node, scope))
            if self.place == DEAD:
                break  # html/template looks no further either.
        return "".join(found)

    def _node(self, node: Node, scope: Scope) -> str:
        match node:
            case Text():
                return raw(self._walked(node))
            case Comment():
                return comment(node.text)
            case Action():
                return self._action(node, scope)
            case Branch(keyword="range"):
                return self._range(node, scope)
            case Branch():
                return self._branch(node, scope)
            case Jump():
                self.place = None if self.place is None else DEAD
                return f"{{% {node.keyword} %}}"
            case Call():
                return self._template(node, scope)

    def _walked(self, node: Text) -> str:
        if self.place is None:
            return node.text
        walker = Walker(self.place)
        try:
            text = walker.text(node.text)
        except Ambiguous as error:
            raise self._error(node.line, str(error)) from None
        self.place = walker.place
        return text

    def _value(self, pipeline: Pipeline, scope: Scope, *, printed: bool = False) -> str:
        if not printed or self.place is None:
            return expression(pipeline, scope, self._file).text
        try:
            filters = escapers(begun(self.place))
        except Ambiguous as error:
            raise self._error(pipeline.line, str(error)) from None
        try:
            commands, filters = merged(pipeline.commands, filters)
        except ValueError as error:
            raise self._error(pipeline.line, str(error)) from None
        pipeline = Pipeline(pipeline.names, pipeline.assigns, commands, pipeline.line)
        found = expression(pipeline, scope, self._file)
        self.place = valued(begun(self.place))
        return " | ".join((found.whole, *filters))

    def _action(self, node: Action, scope: Scope) -> str:
        pipeline = node.pipeline
        if not pipeline.names:
            return f"{{{{ {self._value(pipeline, scope, printed=True)} }}}}"
        value = self._value(pipeline, scope)
        if pipeline.assigns:
            return f"{{% set {scope.variables[pipeline.names[0]]} = {value} %}}"
        return self._declared(pipeline.names[0], value, scope)

    def _declared(self, name: str, value: str, scope: Scope) -> str:
        """A `set`; a variable that is assigned to later lives in a namespace, as in Go it
        outlives the block of the assignment."""
        new = self._names.new(name)
        if name in self._assigned:
            scope.variables[name] = f"{new}.value"
            return f"{{% set {new} = namespace(value={value}) %}}"
        scope.variables[name] = new
        return f"{{% set {new} = {value} %}}"

    def _branch(self, node: Branch, scope: Scope) -> str:
        inner = scope.within()
        before, value = self._tested(node, inner)
        start = self.place
        dot = value if node.keyword == "with" else None
        body = self._list(node.body, inner.within(dot))
        first, self.place = self.place, start
        rest = ""
        if node.otherwise:
            rest = self._else(node, inner)
        self._join(first, node)
        return f"{before}{{% if {value} %}}{body}{rest}{{% endif %}}"

    def _tested(self, node: Branch, inner: Scope) -> tuple[str, str]:
        """What stands before a branch, and what it tests."""
        pipeline = node.pipeline
        value = self._value(pipeline, inner)
        if pipeline.names:
            if pipeline.assigns:
                name = inner.variables[pipeline.names[0]]
                return f"{{% set {name} = {value} %}}", name
            before = self._declared(pipeline.names[0], value, inner)
            return before, inner.variables[pipeline.names[0]]
        if node.keyword == "with":
            name = self._names.new(called(pipeline, one=False))
            return f"{{% set {name} = {value} %}}", name
        return "", value

    def _else(self, node: Branch, scope: Scope) -> str:
        below = node.otherwise[0] if len(node.otherwise) == 1 else None
        if (
            isinstance(below, Branch)
            and node.keyword == below.keyword == "if"
            and not below.pipeline.names
        ):
            inner = scope.within()
            value = self._value(below.pipeline, inner)
            start = self.place
            body = self._list(below.body, inner.within())
            first, self.place = self.place, start
            rest = self._else(below, inner) if below.otherwise else ""
            self._join(first, below)
            return f"{{% elif {value} %}}{body}{rest}"
        return f"{{% else %}}{self._list(node.otherwise, scope.within())}"

    def _join(self, first: Place | None, node: Branch) -> None:
        if first is None or self.place is None:
            return
        try:
            self.place = joined(first, self.place, node.keyword)
        except Ambiguous as error:
            raise self._error(node.line, str(error)) from None

    def _range(self, node: Branch, scope: Scope) -> str:
        pipeline = node.pipeline
        value = self._value(pipeline, scope)
        inner = scope.within()
        names = pipeline.names
        wanted = names[-1] if names and not pipeline.assigns else called(pipeline, one=True)
        item = self._names.new(wanted)
        key = self._names.new(names[0]) if len(names) == 2 else ""
        source = value if listed(pipeline) and not key else f"each({value})"
        source = f"indexed({value})" if key else source
        before = "".join(self._looped(pipeline, (key, item) if key else (item,), inner))
        inner.dot = item
        start = self.place
        body = self._list(node.body, inner)
        self._join(start, node)
        first, self.place = self.place, start
        otherwise = self._list(node.otherwise, scope.within())
        self._join(first, node)
        target = f"{key}, {item}" if key else item
        if otherwise and _jumps(node.body):
            # To jinja2, a loop that was left or went on early did nothing: it would do both.
            listed_as = self._names.new(f"{item}_list")
            return (
                f"{{% set {listed_as} = {source} %}}"
                f"{{% for {target} in {listed_as} %}}{before}{body}{{% endfor %}}"
                f"{{% if not {listed_as} %}}{otherwise}{{% endif %}}"
            )
        rest = f"{{% else %}}{otherwise}" if otherwise else ""
        return f"{{% for {target} in {source} %}}{before}{body}{rest}{{% endfor %}}"

    def _looped(self, pipeline: Pipeline, items: tuple[str, ...], inner: Scope) -> Iterator[str]:
        """What sets a loop's variables where the loop itself cannot."""
        for name, item in zip(pipeline.names, items, strict=True) if pipeline.names else ():
            if pipeline.assigns:
                yield f"{{% set {inner.variables[name]} = {item} %}}"
            elif name in self._assigned:
                yield self._declared(name, item, inner)
            else:
                inner.variables[name] = item

    def _template(self, node: Call, scope: Scope) -> str:
        argument = self._value(node.pipeline, scope) if node.pipeline else "none"
        before = ""
        if node.pipeline and node.pipeline.names:
            before = self._declared(node.pipeline.names[0], argument, scope)
            argument = scope.variables[node.pipeline.names[0]]
        macro, self.place = self._macro(node.name, self.place, self._file, node.line)
        if not macro:
            argument = constant(f'template "{node.name}" not defined')
        return f"{before}{{{{ {macro or 'fail'}({argument}) }}}}"


def _jumps(nodes: Iterable[Node]) -> bool:
    """Whether a `break` or `continue` of this very loop is among them."""
    return any(
        isinstance(node, Jump)
        or (
            isinstance(node, Branch)
            and (_jumps(node.otherwise) or (node.keyword != "range" and _jumps(node.body)))
        )
        for node in nodes
    )


def _assigned(nodes: Iterable[Node]) -> Iterator[str]:
    """The variables that are assigned to after they were declared."""
    for node in nodes:
        pipeline = getattr(node, "pipeline", None)
        if pipeline is not None and pipeline.assigns:
            yield from pipeline.names
        if isinstance(node, Branch):
            yield from _assigned(node.body)
            yield from _assigned(node.otherwise)
