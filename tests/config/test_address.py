"""Addresses people type are checked, and never repeated in what is said of them."""

from collections.abc import Callable

import pytest

from router.config import address

GOOD: list[tuple[Callable[[str], str], list[str]]] = [
    (address.http_url, ["https://a.example", "http://127.0.0.1:8080/x/?y=z", "https://u:p@h/"]),
    (address.base_url, ["https://slack.com/api", "http://[::1]:80"]),
    (address.redis_url, ["redis://localhost:6379/0", "rediss://h", "unix:///run/redis.sock"]),
    (address.any_url, ["ntfy://ntfy.example.com/bo", "discord://1/2", "tgram://1:2/3"]),
    (address.phone, ["+15555550101", "+4915112345678"]),
    (address.sms_sender, ["+15555550100", "12345", "Tocsin", "MG" + "0a" * 16]),
    (address.mail, ["ana@example.com", "a+b@localhost", "müller@exämple.de"]),
    (address.mailbox, ["Tocsin <alerts@example.com>", "ana@example.com", '"A, B" <a@b.c>']),
    (address.mail_server, ["smtp.example.com:587", "[::1]:25", "127.0.0.1:1"]),
    (address.host_port, ["127.0.0.1:9093", ":9093", "[::]:9093", "localhost:0"]),
    (address.one_line, ["anything at all", "ünïcode"]),
]
BAD: list[tuple[Callable[[str], str], list[str]]] = [
    (
        address.http_url,
        ["a.example", "ftp://a", "https://", "http://h:99999", "http://a b", "http://h:0", "//h"],
    ),
    (address.base_url, ["https://a/?x=1", "https://a/#x", "a"]),
    (address.redis_url, ["localhost:6379", "http://h", "redis:/h"]),
    (address.any_url, ["ntfy", "://x", "ntfy://", "a b://c"]),
    (address.phone, ["0171555", "+0155555501", "+1 555 5550101", "+1555", "+1555555010155555"]),
    (address.sms_sender, ["", "+1 555", "a name much too long", "12", "!"]),
    (
        address.mail,
        ["ana", "ana@", "@example.com", "a b@c", "Ana <a@b>", "a@b\r\nBcc: c@d", "a,b@c"],
    ),
    (address.mailbox, ["Ana", "", "Ana <a@b>\r\nBcc: c@d", "<>"]),
    (address.mail_server, ["smtp.example.com", ":25", "h:0", "h:x", "h:70000", "h :25", "u@h:25"]),
    (address.host_port, ["9093", "h:", "::1:9093", "h:-1", "a/b:1"]),
    (address.one_line, ["two\nlines", "a\x00", "a\x7f", "\ud800"]),
]


@pytest.mark.parametrize(
    ("check", "text"),
    [pytest.param(c, t, id=f"{c.__name__} takes {t!r}") for c, texts in GOOD for t in texts],
)
def test_it_is_an_address(check: Callable[[str], str], text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize(
    ("check", "text"),
    [pytest.param(c, t, id=f"{c.__name__} refuses {t!a}") for c, texts in BAD for t in texts],
)
def test_it_is_no_address(check: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError):
        check(text)


@pytest.mark.parametrize("check", [check for check, _ in BAD], ids=lambda check: check.__name__)
def test_what_is_refused_is_not_repeated(check: Callable[[str], str]) -> None:
    with pytest.raises(ValueError) as raised:
        check("\0canary :70000")

    assert "canary" not in str(raised.value)
    assert "70000" not in str(raised.value)


def test_a_base_address_loses_the_slash_at_its_end() -> None:
    assert address.base_url("https://slack.com/api//") == "https://slack.com/api"
