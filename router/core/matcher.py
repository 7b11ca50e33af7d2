"""Matchers: one condition on one label, in Alertmanager's notation and RE2's dialect."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeVar, cast

import msgspec

from router.core import matcher_grammar as grammar
from router.core.labels import quote, valid_text
from router.core.matcher_grammar import RESERVED, MatcherError
from router.core.pattern import PatternError, predicate

__all__ = [
    "Matcher",
    "MatcherError",
    "Op",
    "in_order",
    "list_text",
    "matches_all",
    "parse",
    "parse_classic",
    "parse_classic_list",
    "parse_list",
    "parse_utf8",
    "parse_utf8_list",
]

Op = Literal["=", "!=", "=~", "!~"]
OPS: tuple[Op, ...] = ("=", "!=", "=~", "!~")
T = TypeVar("T")


class Matcher(msgspec.Struct, frozen=True):
    """A condition on the label `name`: `=`, `!=`, or the anchored regexes `=~` and `!~`.

    A label that is missing has the empty value, for all four.

    Raises:
        MatcherError: the name is empty, the operator unknown, the text not UTF-8, or RE2 refuses
            the pattern.
    """

    name: str
    op: Op
    value: str

    def __post_init__(self) -> None:
        if not self.name:
            raise MatcherError(f"a matcher with the value {quote(self.value)} names no label")
        if self.op not in OPS:
            raise MatcherError(f"bad matcher operator {self.op!r}; use one of =, !=, =~, !~")
        if not valid_text(self.name + self.value):
            raise MatcherError(f"the matcher {self.name + self.op + self.value!a} is not UTF-8")
        if self.is_regex:
            self.test()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the label set fulfils the condition."""
        return self.test()(labels.get(self.name, ""))

    def test(self) -> Callable[[str], bool]:
        """The condition on a label's value, compiled: for whoever keeps it and asks it often."""
        if self.op == "=":
            return self.value.__eq__
        if self.op == "!=":
            return self.value.__ne__
        try:
            return predicate(self.value, negative=self.op == "!~")
        except PatternError as error:
            raise MatcherError(
                f"bad regular expression in {self.name}{self.op}{quote(self.value)}: {error}"
            ) from error

    @property
    def is_regex(self) -> bool:
        """Whether the value is a pattern."""
        return self.op in ("=~", "!~")

    @property
    def is_negative(self) -> bool:
        """Whether the condition says what a label must not be."""
        return self.op in ("!=", "!~")

    def __str__(self) -> str:
        """As Alertmanager prints it; a name with reserved characters is quoted like Go's `%q`."""
        if RESERVED.isdisjoint(self.name):
            value = self.value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
            return f'{self.name}{self.op}"{value}"'
        return f"{quote(self.name)}{self.op}{quote(self.value)}"


def matches_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether the label set fulfils every condition; an empty list matches everything."""
    return all(matcher.matches(labels) for matcher in matchers)


def in_order(matchers: Iterable[Matcher]) -> tuple[Matcher, ...]:
    """Matchers in Alertmanager's order: by name, then value, then kind."""
    return tuple(sorted(matchers, key=lambda m: (m.name, m.value, OPS.index(m.op))))


def list_text(matchers: Iterable[Matcher]) -> str:
    """The list in order, as Alertmanager's route keys spell it: `{a="b",c=~"d"}`."""
    return f"{{{','.join(map(str, in_order(matchers)))}}}"


def parse_classic(text: str) -> Matcher:
    """One matcher in the classic grammar: `severity="critical"`, the name without quotes.

    Raises:
        MatcherError: it is none.
    """
    return _matcher(grammar.classic(text))


def parse_classic_list(text: str) -> tuple[Matcher, ...]:
    """Matchers in the classic grammar, comma-separated, with or without braces.

    Raises:
        MatcherError: one of them is none.
    """
    return tuple(map(_matcher, grammar.classic_list(text)))


def parse_utf8(text: str) -> Matcher:
    """One matcher in the newer grammar, where the name may be quoted too; no braces.

    Raises:
        MatcherError: it is none, or more than one.
    """
    return _matcher(grammar.utf8(_unbraced(text)))


def parse_utf8_list(text: str) -> tuple[Matcher, ...]:
    """Matchers in the newer grammar, comma-separated, with or without braces.

    Raises:
        MatcherError: one of them is none, or the braces do not pair.
    """
    return tuple(map(_matcher, grammar.utf8_list(text)))


def parse(text: str) -> Matcher:
    """One matcher, read as Alertmanager does by default: where its grammars differ, the classic.

    Raises:
        MatcherError: it is one in neither grammar, or stands in braces.
    """
    return _either(parse_classic, parse_utf8, _unbraced(text))


def parse_list(text: str) -> tuple[Matcher, ...]:
    """A list of matchers, read as Alertmanager does by default, like `parse`. `{}` is none.

    Raises:
        MatcherError: it is one in neither grammar.
    """
    return _either(parse_classic_list, parse_utf8_list, text)


def _either(classic: Callable[[str], T], utf8: Callable[[str], T], text: str) -> T:
    """The classic reading where there is one: with it agreed or not, it is the one that holds."""
    try:
        return classic(text)
    except MatcherError as error:
        try:
            return utf8(text)
        except MatcherError:
            raise error from None


def _unbraced(text: str) -> str:
    if text.startswith("{") or text.endswith("}"):
        raise MatcherError(
            f"unexpected open or close brace: {text}; "
            "write one matcher without braces, and a value that has them in double quotes"
        )
    return text


def _matcher(parts: tuple[str, str, str]) -> Matcher:
    name, op, value = parts
    return Matcher(name, cast(Op, op), value)
