"""Matchers: what they match, how they are read, how they are written."""

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core import matcher
from router.core.matcher import Matcher, MatcherError, Op
from router.core.matcher_grammar import RESERVED

EQ: Op = "="
NE: Op = "!="
RE: Op = "=~"
NR: Op = "!~"


@pytest.mark.parametrize(
    ("op", "value", "label", "expected"),
    [
        pytest.param(EQ, "a", "a", True, id="= wants the very value"),
        pytest.param(EQ, "a", "ab", False, id="= does not take a longer one"),
        pytest.param(EQ, "", None, True, id="= takes a missing label for an empty one"),
        pytest.param(EQ, "a.", "ab", False, id="= knows no patterns"),
        pytest.param(NE, "a", "b", True, id="!= wants any other value"),
        pytest.param(NE, "a", None, True, id="!= is content with a missing label"),
        pytest.param(NE, "", None, False, id="!= with nothing wants the label to be there"),
        pytest.param(RE, "a.*", "abc", True, id="=~ matches a pattern"),
        pytest.param(RE, "b", "abc", False, id="=~ matches the whole value only"),
        pytest.param(RE, "a|bc", "abc", False, id="=~ anchors every alternative"),
        pytest.param(
            RE, "a|b|", None, True, id="=~ with an empty alternative takes a missing label"
        ),
        pytest.param(RE, "", None, True, id="=~ with an empty pattern wants an empty value"),
        pytest.param(RE, ".*", None, True, id=".* takes a missing label"),
        pytest.param(RE, ".*", "a\nb", False, id=".* stops at a newline"),
        pytest.param(RE, "(?s).*", "a\nb", True, id="unless told not to"),
        pytest.param(RE, ".+", None, False, id=".+ wants the label to be there"),
        pytest.param(RE, ".+", "x", True, id=".+ takes any value"),
        pytest.param(RE, ".+", "a\nb", False, id=".+ stops at a newline"),
        pytest.param(RE, "a$", "a\n", False, id="$ is the end, not the last line's end"),
        pytest.param(RE, r"10\.0\.0\.1", "10.0.0.1", True, id="an escaped dot is a dot"),
        pytest.param(RE, r"10\.0\.0\.1", "10a0b0c1", False, id="an escaped dot is nothing else"),
        pytest.param(RE, r"a\\|b", "a\\", True, id="an escaped backslash does not hide the |"),
        pytest.param(RE, r"a\|b", "a|b", True, id="an escaped | divides nothing"),
        pytest.param(RE, "(a|b)", "b", True, id="brackets around alternatives change nothing"),
        pytest.param(RE, "(?:a|b)", "c", False, id="nor do silent ones"),
        pytest.param(RE, "(?i)a", "A", True, id="flags work"),
        pytest.param(RE, r"\pL+", "éa", True, id="RE2's Unicode classes work"),
        pytest.param(RE, r"\\C", "\\C", True, id="a backslash and a letter"),
        pytest.param(RE, r"\Qa\C\E", r"a\C", True, id="in a quotation they are themselves"),
        pytest.param(RE, "é|😀", "😀", True, id="text of any script works"),
        pytest.param(RE, "a.c", "a\ud800c", True, id="half a surrogate pair harms nothing"),
        pytest.param(NR, "a.*", "abc", False, id="!~ refuses what the pattern matches"),
        pytest.param(NR, "a.*", "b", True, id="!~ takes what it does not"),
        pytest.param(NR, "a|b", "c", True, id="!~ takes what no alternative is"),
        pytest.param(NR, ".+", None, True, id="!~ .+ wants the label to be missing"),
    ],
)
def test_matches(op: Op, value: str, label: str | None, expected: bool) -> None:
    labels = {"other": "a"} if label is None else {"other": "a", "l": label}
    assert Matcher("l", op, value).matches(labels) is expected


@given(
    pattern=st.text(alphabet="ab|.*+()\\-", max_size=6),
    value=st.text(alphabet="ab|.-\\\n", max_size=4),
)
def test_shortcuts_answer_as_the_regex_would(pattern: str, value: str) -> None:
    try:
        re.compile(pattern)
        ours = Matcher("l", "=~", pattern)
    except (re.error, MatcherError):
        return  # Not a pattern for both dialects, so there is nothing to compare.
    assert ours.matches({"l": value}) == bool(re.fullmatch(pattern, value))
    assert Matcher("l", "!~", pattern).matches({"l": value}) != ours.matches({"l": value})


def test_a_pattern_that_hangs_other_engines_is_answered_at_once() -> None:
    hostile = Matcher("l", "=~", "(a+)+$")
    assert not hostile.matches({"l": "a" * 10_000 + "b"})


@pytest.mark.parametrize(
    ("name", "op", "value", "message"),
    [
        pytest.param("", EQ, "x", 'with the value "x" names no label', id="a name is needed"),
        pytest.param("l", "==", "x", "bad matcher operator '=='", id="only four operators exist"),
        pytest.param("l", RE, "(", 'l=~"(": missing ): (', id="a pattern must be one"),
        pytest.param("l", NR, "a)|(b", "unexpected )", id="a pattern cannot escape its anchors"),
        pytest.param("l", RE, r"(a)\1", "invalid escape sequence", id="RE2 has no back-references"),
        pytest.param("l", RE, r"a\C", "invalid escape sequence", id="Go's RE2 has no single bytes"),
        pytest.param(
            "l", RE, r"\pL{1000}", "pattern too large", id="an enormous pattern is refused"
        ),
        pytest.param("l", EQ, "\ud800", "is not UTF-8", id="the value must be UTF-8"),
        pytest.param("l", RE, "a.\ud800", "is not UTF-8", id="the pattern must be UTF-8"),
        pytest.param("\ud800", EQ, "x", "is not UTF-8", id="the name must be UTF-8"),
    ],
)
def test_refused(name: str, op: Op, value: str, message: str) -> None:
    with pytest.raises(MatcherError, match=re.escape(message)):
        Matcher(name, op, value)


def test_a_refused_pattern_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MatcherError):
        Matcher("l", "=~", "[unclosed-and-never-seen-before")
    assert capfd.readouterr() == ("", "")


def test_a_stored_matcher_is_checked_when_it_is_read_back() -> None:
    stored = msgspec.json.encode(Matcher("l", "=~", "a.*"))
    assert msgspec.json.decode(stored, type=Matcher) == Matcher("l", "=~", "a.*")
    with pytest.raises(msgspec.ValidationError, match="bad regular expression"):
        msgspec.json.decode(stored.replace(b"a.*", b"a("), type=Matcher)


def test_kinds() -> None:
    kinds = {
        op: (Matcher("l", op, "x").is_regex, Matcher("l", op, "x").is_negative)
        for op in (EQ, NE, RE, NR)
    }
    assert kinds == {
        EQ: (False, False),
        NE: (False, True),
        RE: (True, False),
        NR: (True, True),
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(Matcher("a", "=", "b"), 'a="b"', id="the value is quoted"),
        pytest.param(Matcher("a", "!~", "b.*"), 'a!~"b.*"', id="the operator is kept"),
        pytest.param(
            Matcher("a", "=~", '"\\d\n'), 'a=~"\\"\\\\d\\n"', id="quote, backslash, newline escaped"
        ),
        pytest.param(Matcher("a", "=", "\té"), 'a="\té"', id="and nothing else"),
        pytest.param(Matcher("é", "=", "x"), 'é="x"', id="a name of any script stands bare"),
        pytest.param(
            Matcher("my label", "=", "\té"),
            '"my label"="\\té"',
            id="a name with a space: both quoted",
        ),
        pytest.param(
            Matcher('a"b', "=", "x"), '"a\\"b"="x"', id="as with other reserved characters"
        ),
    ],
)
def test_text(given: Matcher, expected: str) -> None:
    assert str(given) == expected


def test_list_text_is_in_alertmanagers_order() -> None:
    given = [
        Matcher("b", "=", "1"),
        Matcher("a", "!~", "1"),
        Matcher("a", "=~", "1"),
        Matcher("a", "!=", "1"),
        Matcher("a", "=", "2"),
        Matcher("a", "=", "1"),
    ]
    expected = '{a="1",a!="1",a=~"1",a!~"1",a="2",b="1"}'
    assert matcher.list_text(given) == expected
    assert matcher.list_text(reversed(given)) == expected
    assert matcher.list_text(()) == "{}"


def test_matches_all_wants_every_one() -> None:
    both = (Matcher("a", "=", "1"), Matcher("b", "=", "2"))
    assert matcher.matches_all(both, {"a": "1", "b": "2"})
    assert not matcher.matches_all(both, {"a": "1"})
    assert matcher.matches_all((), {})


CLASSIC = [
    pytest.param("a=b", "a", EQ, "b", id="no quotes are needed"),
    pytest.param('a="b"', "a", EQ, "b", id="quotes are taken off"),
    pytest.param(' a =~ "b" ', "a", RE, "b", id="blanks around are ignored"),
    pytest.param("a!=b", "a", NE, "b", id="!= is read"),
    pytest.param("a!~b", "a", NR, "b", id="!~ is read"),
    pytest.param("a:b_1=c", "a:b_1", EQ, "c", id="names may have colons"),
    pytest.param("a=", "a", EQ, "", id="a value may be empty"),
    pytest.param("a=b c", "a", EQ, "b c", id="a value may have blanks inside"),
    pytest.param("a==b", "a", EQ, "=b", id="a value may start with an operator"),
    pytest.param("a=~~", "a", RE, "~", id="the longest operator is read"),
    pytest.param(r"a=\n\\\"", "a", EQ, '\n\\"', id="three escapes are known, unquoted too"),
    pytest.param(r'a="\d\t\n"', "a", EQ, "\\d\\t\n", id="another backslash is itself"),
    pytest.param("a=b\\", "a", EQ, "b\\", id="so is one at the end"),
    pytest.param("a='b'", "a", EQ, "'b'", id="single quotes are part of the value"),
    pytest.param("a=b\nc", "a", EQ, "b\nc", id="a value may have lines"),
]


@pytest.mark.parametrize(("text", "name", "op", "value"), CLASSIC)
def test_classic(text: str, name: str, op: Op, value: str) -> None:
    assert matcher.parse_classic(text) == Matcher(name, op, value)
    assert matcher.parse(text) == Matcher(name, op, value)
    assert matcher.parse_classic_list(text) == (Matcher(name, op, value),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "bad matcher format: ;", id="nothing"),
        pytest.param("severity", 'severity; write it like severity="critical"', id="no operator"),
        pytest.param("=b", "bad matcher format: =b", id="no name"),
        pytest.param("é=b", "bad matcher format: é=b", id="a name beyond ASCII"),
        pytest.param("1a=b", "bad matcher format: 1a=b", id="a name that starts with a digit"),
        pytest.param('a="b', 'contains unescaped double quote: "b;', id="a quote left open"),
        pytest.param('a="', 'contains unescaped double quote: ";', id="a lone quote"),
        pytest.param('a=b"', 'contains unescaped double quote: b";', id="a quote never opened"),
        pytest.param('a="b"c"', 'contains unescaped double quote: "b"c";', id="one within"),
        pytest.param('a="b\\"', 'contains unescaped double quote: "b\\";', id="the last escaped"),
        pytest.param("a=~(", 'bad regular expression in a=~"("', id="a broken pattern"),
    ],
)
def test_classic_refuses(text: str, message: str) -> None:
    with pytest.raises(MatcherError, match=re.escape(message)):
        matcher.parse_classic(text)


A, B, C = Matcher("a", "=", "1"), Matcher("b", "=", "2"), Matcher("c", "=", "3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", (), id="nothing is no matchers"),
        pytest.param("{}", (), id="so are empty braces"),
        pytest.param("{a=1}", (A,), id="braces are taken off"),
        pytest.param("a=1,b=2,c=3", (A, B, C), id="commas divide"),
        pytest.param('{ a="1" , b=2, }', (A, B), id="a trailing comma is allowed"),
        pytest.param("{a=1", (A,), id="the braces need not pair"),
        pytest.param('a="1,b=2"', (Matcher("a", "=", "1,b=2"),), id="quotes protect a comma"),
        pytest.param(
            'a="\\",",b=2', (Matcher("a", "=", '",'), B), id="an escaped one ends nothing"
        ),
        pytest.param("a=\\,b=2", (Matcher("a", "=", "\\"), B), id="a backslash protects no comma"),
        pytest.param("{a=1}}", (Matcher("a", "=", "1}"),), id="only one brace is taken off"),
        pytest.param("a=1\u00a0", (A,), id="the last one loses every kind of blank"),
    ],
)
def test_classic_list(text: str, expected: tuple[Matcher, ...]) -> None:
    assert matcher.parse_classic_list(text) == expected
    assert matcher.parse_list(text) == expected


@pytest.mark.parametrize("text", [",", "{,}", "a=1,,b=2", 'a=1,b="2', "a=1 b"])
def test_classic_list_refuses_a_list_with_one_bad_matcher(text: str) -> None:
    if text == "a=1 b":
        assert matcher.parse_classic_list(text) == (Matcher("a", "=", "1 b"),)
        return
    with pytest.raises(MatcherError):
        matcher.parse_classic_list(text)


UTF8 = [
    pytest.param("a=b", Matcher("a", "=", "b"), id="no quotes are needed"),
    pytest.param('"my label"="b c"', Matcher("my label", "=", "b c"), id="both may be quoted"),
    pytest.param("😀=é", Matcher("😀", "=", "é"), id="text of any script may stand bare"),
    pytest.param('a=""', Matcher("a", "=", ""), id="an empty value is quoted"),
    pytest.param(" a\t!~\n b ", Matcher("a", "!~", "b"), id="blanks around are ignored"),
    pytest.param('a="{b,c}"', Matcher("a", "=", "{b,c}"), id="quotes protect what is reserved"),
    pytest.param(
        r'a="\a\b\f\n\r\t\v\\\""', Matcher("a", "=", '\a\b\f\n\r\t\v\\"'), id="Go's letters"
    ),
    pytest.param(r'a="\x41\101\u00e9"', Matcher("a", "=", "AAé"), id="Go's numbers"),
    pytest.param(
        r'a="\xf0\x9f\x98\x80\U0001F600"', Matcher("a", "=", "😀😀"), id="bytes that make UTF-8"
    ),
]


@pytest.mark.parametrize(("text", "expected"), UTF8)
def test_utf8(text: str, expected: Matcher) -> None:
    assert matcher.parse_utf8(text) == expected
    assert matcher.parse_utf8_list(text) == (expected,)
    assert matcher.parse_utf8_list("{" + text + ",}") == (expected,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", (), id="nothing is no matchers"),
        pytest.param(" {} ", (), id="so are empty braces"),
        pytest.param('{a="1","b"=2}', (A, B), id="commas divide"),
        pytest.param("a=1,b=2,", (A, B), id="a trailing comma is allowed"),
    ],
)
def test_utf8_list(text: str, expected: tuple[Matcher, ...]) -> None:
    assert matcher.parse_utf8_list(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(",", "0:1: unexpected ,: expected label name", id="a comma first"),
        pytest.param("{", "0:1: end of input: expected close brace", id="a brace left open"),
        pytest.param("{a=1", "expected close brace", id="one left open after a matcher"),
        pytest.param("}", "0:1: }: expected opening brace", id="one never opened"),
        pytest.param("{}}", "2:3: unexpected }: expected end of input", id="one too many"),
        pytest.param("{}a=1", "2:3: unexpected a: expected end of input", id="more after it"),
        pytest.param("a=1,,", "expected a matcher or close brace after comma", id="two commas"),
        pytest.param("a=1 b=2", "4:5: unexpected b: expected a comma", id="a comma left out"),
        pytest.param("a", "expected an operator such as", id="no operator"),
        pytest.param("a=", "unexpected end of input: expected label value", id="no value"),
        pytest.param("a==b", "2:3: unexpected =: expected label value", id="two operators"),
        pytest.param("=b", "0:1: unexpected =: expected label name", id="no name"),
        pytest.param("a=\\n", "2:3: \\: invalid input", id="a bare backslash"),
        pytest.param('a="b', '2:3: ": invalid input', id="a quote left open"),
        pytest.param(r'a="\d"', r'2:6: "\d": invalid input', id="an escape Go does not know"),
        pytest.param(r'a="\777"', "invalid input", id="an octal number beyond a byte"),
        pytest.param(r'a="\xff"', "invalid input", id="bytes that make no UTF-8"),
        pytest.param(r'a="\ud800"', "invalid input", id="half a surrogate pair"),
        pytest.param(r'a="\Uffffffff"', "invalid input", id="a number beyond Unicode"),
        pytest.param('a="b\nc"', "invalid input", id="a bare newline in quotes"),
        pytest.param('a="\ud800"', "invalid input", id="text that is no UTF-8 itself"),
        pytest.param('""=b', "names no label", id="an empty name"),
        pytest.param('a=~"("', 'bad regular expression in a=~"("', id="a broken pattern"),
    ],
)
def test_utf8_refuses(text: str, message: str) -> None:
    with pytest.raises(MatcherError, match=re.escape(message)):
        matcher.parse_utf8_list(text)


@pytest.mark.parametrize("text", ["", " ", "a=1,b=2"])
def test_a_single_matcher_is_exactly_one(text: str) -> None:
    with pytest.raises(MatcherError, match="expected 1 matcher, found"):
        matcher.parse_utf8(text)


@pytest.mark.parametrize("parse", [matcher.parse, matcher.parse_utf8])
@pytest.mark.parametrize("text", ["{a=1}", "{a=1", "a=1}", "a=~x{2}"])
def test_a_single_matcher_has_no_braces(parse: Callable[[str], Matcher], text: str) -> None:
    with pytest.raises(MatcherError, match="unexpected open or close brace"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"my label"=x', Matcher("my label", "=", "x"), id="only the new one reads it"),
        pytest.param(r'a="\d"', Matcher("a", "=", r"\d"), id="only the classic one reads it"),
        pytest.param(r'a="\t"', Matcher("a", "=", r"\t"), id="the classic one where they differ"),
        pytest.param("a=b", Matcher("a", "=", "b"), id="either where they agree"),
    ],
)
def test_of_the_two_grammars(text: str, expected: Matcher) -> None:
    assert matcher.parse(text) == expected
    assert matcher.parse_list(text) == (expected,)


def test_what_neither_grammar_reads_is_refused_in_classic_words() -> None:
    with pytest.raises(MatcherError, match="bad matcher format: é==b"):
        matcher.parse("é==b")


MATCHERS = st.builds(
    Matcher,
    st.text(alphabet="ab é😀\"\\\n{}=,'`", min_size=1, max_size=4),
    st.sampled_from(["=", "!="]),
    st.text(alphabet="ab é😀\"\\\n{}=,'`\t\x00", max_size=4),
)


@given(st.lists(MATCHERS, max_size=3))
def test_what_is_written_reads_back_the_same(given: list[Matcher]) -> None:
    given = [m for m in given if not (RESERVED.isdisjoint(m.name) and "\t" in m.value)]
    assert matcher.parse_list(matcher.list_text(given)) == matcher.in_order(given)


@given(st.text(alphabet="ab=!~,{}\"\\ n'", max_size=10))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    for parse in (matcher.parse_list, matcher.parse_utf8_list, matcher.parse_classic_list):
        assert read_or_refused(parse, text)


@pytest.mark.parametrize("text", ["a=" + " " * 200_000 + "x", '"' * 200_000, "a=\\" * 60_000])
def test_long_hostile_text_is_answered_in_linear_time(text: str) -> None:
    assert read_or_refused(matcher.parse_list, text)


def read_or_refused(parse: Callable[[str], tuple[Matcher, ...]], text: str) -> str:
    """What the text is read as, or why it is not; anything else is raised."""
    try:
        return matcher.list_text(parse(text))
    except MatcherError as error:
        return str(error)
