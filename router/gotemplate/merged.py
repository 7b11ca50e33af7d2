"""How html/template brings an `html` or `urlquery` of the author together with its own escapers."""

from collections.abc import Sequence

from router.gotemplate.nodes import Function, Operand

Commands = list[list[Operand]]

_OWN = ("html", "urlquery")
_LIKE_HTML = ("html_text", "html_attr", "html_title")


def merged(commands: Commands, filters: Sequence[str]) -> tuple[Commands, tuple[str, ...]]:
    """The commands and the filters, with an author's last escaper in place of the one like it.

    Go's `html` leaves a plus as it is, and escapes what is marked as safe, too.

    Raises:
        ValueError: html/template refuses the escaper there.
    """
    names = [_name(command) for command in commands]
    refused = [name for name in names[:-1] if name in _OWN]
    if names[-1] == "html" and "html_unquoted" in filters:
        refused.append("html")
    if refused:
        raise ValueError(f'predefined escaper "{refused[0]}" disallowed in template')
    if names[-1] == "urlquery":
        return commands, tuple(each for each in filters if each != "url_query")
    if names[-1] != "html" or not set(filters) & set(_LIKE_HTML):
        return commands, tuple(filters)
    return _bare(commands), tuple("html" if each in _LIKE_HTML else each for each in filters)


def _bare(commands: Commands) -> Commands:
    """Without the last `html`, whose arguments are printed together."""
    *before, (function, *operands) = commands
    if len(before) and not operands:
        return before
    if not before and len(operands) == 1:
        return [operands]
    return [*before, [Function("print", function.line), *operands]]


def _name(command: list[Operand]) -> str:
    first = command[0]
    return first.name if isinstance(first, Function) else ""
