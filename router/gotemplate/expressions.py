"""Turns Go's pipelines into jinja2's expressions."""

from collections.abc import Mapping, Sequence

from router.gotemplate.nodes import (
    Chain,
    Dot,
    Field,
    Function,
    Literal,
    Nil,
    Operand,
    Pipeline,
    TemplateError,
    Variable,
)
from router.gotemplate.written import constant, singular


class Scope:
    """What names mean at one place: the dot, and the variables, as jinja2 expressions."""

    def __init__(self, dot: str, variables: Mapping[str, str]) -> None:
        self.dot = dot
        self.variables = dict(variables)

    def within(self, dot: str | None = None) -> "Scope":
        """A scope inside this one, with another dot if one is given."""
        return Scope(self.dot if dot is None else dot, self.variables)


class Expression:
    """A pipeline's expression. `atomic`: fields may be written right behind it."""

    def __init__(self, text: str, *, atomic: bool = True) -> None:
        self.text, self.atomic = text, atomic

    @property
    def whole(self) -> str:
        """The expression in parentheses where it needs them."""
        return self.text if self.atomic else f"({self.text})"


def expression(pipeline: Pipeline, scope: Scope, file: str) -> Expression:
    """The value of a pipeline.

    Raises:
        TemplateError: there is no such expression.
    """
    value: Expression | None = None
    for command in pipeline.commands:
        value = _command(command, value, scope, file)
    assert value is not None
    return value


def _command(
    command: list[Operand], piped: Expression | None, scope: Scope, file: str
) -> Expression:
    first, rest = command[0], command[1:]
    arguments = [_operand(each, scope, file, argument=True) for each in rest]
    if piped is not None:
        arguments.append(piped)
    match first:
        case Function():
            return _call(first, arguments)
        case Nil():
            return Expression('fail("nil is not a command")')
        case Dot() | Literal() | Pipeline() if arguments:
            return Expression('fail("can\'t give argument to non-function")')
    value = _operand(first, scope, file)
    if arguments:
        return Expression(f"{value.whole}({', '.join(each.text for each in arguments)})")
    return value


def _call(function: Function, arguments: list[Expression]) -> Expression:
    name = function.name
    if name in ("and", "or") and arguments:
        if len(arguments) == 1:
            return arguments[0]
        return Expression(f" {name} ".join(each.whole for each in arguments), atomic=False)
    if name == "not" and len(arguments) == 1:
        return Expression(f"not {arguments[0].whole}", atomic=False)
    if name in ("and", "or", "not"):
        return Expression(f'fail("wrong number of args for {name}")')
    return Expression(f"{name}({', '.join(each.text for each in arguments)})")


def _operand(node: Operand, scope: Scope, file: str, *, argument: bool = False) -> Expression:
    match node:
        case Dot():
            return Expression(scope.dot)
        case Nil():
            return Expression("none")
        case Literal():
            return Expression(constant(node.value))
        case Field():
            return _fields(Expression(scope.dot), node.names, node.line, file)
        case Variable():
            return _fields(Expression(scope.variables[node.name]), node.names, node.line, file)
        case Function():
            return _call(node, [])
        case Chain():
            return _fields(_operand(node.of, scope, file), node.names, node.line, file)
    if node.names:
        raise TemplateError(file, node.line, "a variable set in parentheses cannot be translated")
    return expression(node, scope, file)


def _fields(value: Expression, names: Sequence[str], line: int, file: str) -> Expression:
    for name in names:
        if not name.isidentifier():
            raise TemplateError(file, line, f"the field .{name} cannot be translated")
    return Expression(".".join((value.whole, *names))) if names else value


def called(pipeline: Pipeline, *, one: bool) -> str:
    """A name for what a pipeline gives, or for *one* of it."""
    command = pipeline.commands[-1]
    names: Sequence[str] = ()
    if isinstance(command[0], Field | Variable | Chain):
        names = command[0].names
    if not names:
        return "item"
    return singular(names[-1]) if one else names[-1].lower()


def listed(pipeline: Pipeline) -> bool:
    """Whether the value is certainly a list."""
    command = pipeline.commands[-1]
    known = ("Alerts", "Firing", "Resolved", "SortedPairs", "Names", "Values")
    first = command[0]
    return (
        len(pipeline.commands) == 1
        and isinstance(first, Field | Variable | Chain)
        and len(command) == 1
        and bool(first.names)
        and first.names[-1] in known
    )
