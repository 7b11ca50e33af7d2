"""Text from outside is made harmless, and secrets are kept out of what is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.senders.clean import MARK, clean, cut, hide, link_secrets, one_line, web_link


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("plain", "plain", id="plain text stays"),
        pytest.param("a\r\nb\rc\n\td", "a\nb\nc\n\td", id="line ends become newlines, tabs stay"),
        pytest.param("a\x00b\x1b[0m\x7f\x9b", f"a{MARK}b{MARK}[0m{MARK}{MARK}", id="controls"),
        pytest.param("a\u202eb\u2066c\u200f", f"a{MARK}b{MARK}c{MARK}", id="directions"),
        pytest.param("a\u200bb\ufeffc\u00ad", f"a{MARK}b{MARK}c{MARK}", id="the invisible"),
        pytest.param("a\u2028b\u2029c", f"a{MARK}b{MARK}c", id="line separators"),
        pytest.param("a\U000e0041b\ud800c", f"a{MARK}b{MARK}c", id="tags and lone surrogates"),
        pytest.param("👩‍💻 می‌خواهم", "👩‍💻 می‌خواهم", id="joiners that scripts need stay"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text())
def test_a_cleaned_text_can_be_encoded_and_is_bounded(text: str) -> None:
    for made in (clean(text, 50), one_line(text, 50)):
        assert len(made) <= 50
        made.encode()
    assert "\n" not in one_line(text)
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(("limit", "shown"), [(5, "abcde"), (4, "abc…"), (1, "…")])
def test_cut(limit: int, shown: str) -> None:
    assert cut("abcde", limit) == shown


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://example.com/a?b=c&d#e", "https://example.com/a?b=c&d#e"),
        (" HTTP://example.com ", "HTTP://example.com"),
        ('https://e.com/"><b>|x y', "https://e.com/%22%3E%3Cb%3E%7Cx%20y"),
        ("https://e.com/ü", "https://e.com/%C3%BC"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//e.com", ""),
        ("https://", ""),
        ("https://e.com/\u202e", ""),
        ("http://[::1", ""),
        ("https://e.com/" + "a" * 3000, ""),
        ("", ""),
    ],
)
def test_web_link(text: str, link: str) -> None:
    assert web_link(text) == link


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("POST /services/T1/verysecret", "POST ***"),
        ("at verysecret!", "at ***!"),
        ("T1 is too short to hide", "T1 is too short to hide"),
        ("user tokentoken12", "user ***"),
        ("very%2Fsecret%2Fpath", "***"),
    ],
)
def test_hide(text: str, hidden: str) -> None:
    secrets = [*link_secrets("https://h/services/T1/verysecret?k=tokentoken12"), "very/secret/path"]
    assert hide(text, secrets) == hidden
