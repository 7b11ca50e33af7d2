"""Schedules by calendars of others: whom events mean, holidays, and what cannot be read."""

from pathlib import Path

import pytest
from support.clocks import at

from router.config.load import Loaded, load
from router.core.ical import Event, write
from router.core.moment import DAY, HOUR
from router.core.schedule import on_call
from router.errors import ConfigError

NOW = at("2026-03-20 12:00")
PEOPLE = """
[channels.email]
smarthost = "mail.example.com:25"
from = "tocsin@example.com"
[users.ana]
name = "Ana Lima"
email = "ana@example.com"
[users.bo]
webhook = "https://hooks.example.com/bo"
[users."c-y"]
webhook = "https://hooks.example.com/cy"
[receivers.ops]
console = [{}]
[route]
receiver = "ops"
"""
WHOLE = PEOPLE + "[schedules.primary]\nical = 'primary.ics'\n"
LAYERS = "[schedules.primary]\n[[schedules.primary.layers]]\nusers = ['bo']\n"
ABOVE = "[[schedules.primary.layers]]\n"


def read(folder: Path, text: str, *summaries: str, kept: bytes | None = None) -> Loaded:
    """One event an hour, from now on, each with one of these summaries."""
    events = [
        Event(f"{n}@x", NOW + n * HOUR, NOW + (n + 1) * HOUR, summary)
        for n, summary in enumerate(summaries)
    ]
    if summaries:
        (folder / "primary.ics").write_bytes(write("x", events, NOW))
    return load(text.encode(), folder=folder, environ={}, wall=NOW, kept=lambda _: kept)


@pytest.mark.parametrize(
    ("summary", "who"),
    [
        ("ana", ("ana",)),
        ("ANA LIMA", ("ana",)),
        ("ana@example.com", ("ana",)),
        ("primary: Ana Lima, bo", ("ana", "bo")),
        ("bo and c-y", ("bo", "c-y")),
        ("On call - bo", ("bo",)),
        ("bo / bo", ("bo",)),
        ("anabo", ()),
        ("", ()),
    ],
)
def test_a_summary_names_people(summary: str, who: tuple[str, ...], tmp_path: Path) -> None:
    loaded = read(tmp_path, WHOLE, summary)
    primary = loaded.configuration.schedules["primary"]
    assert on_call(primary, NOW) == who
    assert on_call(primary, NOW + HOUR) == ()
    assert primary.people() == who
    strangers = [note for note in loaded.warnings if "name nobody who is a user" in note]
    assert len(strangers) == (not who)


def test_a_calendar_is_a_layer_among_others(tmp_path: Path) -> None:
    text = PEOPLE + LAYERS + ABOVE + "ical = 'primary.ics'\n"
    primary = read(tmp_path, text, "x", "ana").configuration.schedules["primary"]
    told = [on_call(primary, NOW + n * HOUR) for n in range(3)]
    assert told == [("bo",), ("ana",), ("bo",)]


def test_holidays_come_from_a_calendar_too(tmp_path: Path) -> None:
    text = PEOPLE + LAYERS + ABOVE + "users = ['ana']\nholidays_ical = 'primary.ics'\n"
    primary = read(tmp_path, text, "Good Friday").configuration.schedules["primary"]
    assert [on_call(primary, NOW + n * HOUR) for n in range(2)] == [("bo",), ("ana",)]


def problem(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    (only,) = caught.value.problems
    return only


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ical = 'gone.ics'", "cannot be read: No such file or directory"),
        ("ical = 'bad.ics'", "cannot be used: it is no iCalendar"),
        ("ical = 'http://example.com/x.ics'", "is neither a file nor an address that begins with"),
        ("ical = 'ftp://example.com/x.ics'", "is neither a file nor an address that begins with"),
        ("ical = 'https:///x.ics'", "is neither a file nor an address that begins with"),
        ("ical = 'http://127.0.0.1.example.com/'", "is neither a file nor an address"),
    ],
)
def test_a_mistake_is_one_sentence(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.ics").write_text("<html>")
    told = problem(tmp_path, PEOPLE + f"[schedules.primary]\n{line}\n")
    assert "schedules.primary.ical" in told
    assert said in told


def test_users_and_a_calendar_in_one_layer_are_a_mistake(tmp_path: Path) -> None:
    read(tmp_path, PEOPLE, "ana")
    told = problem(tmp_path, PEOPLE + LAYERS + "ical = 'primary.ics'\n")
    assert "has users and a calendar; give one of them" in told


def test_what_has_to_be_fetched_is_the_copy_that_was_kept(tmp_path: Path) -> None:
    text = WHOLE.replace("primary.ics", "https://example.com/secret.ics")
    copy = write("x", [Event("1@x", NOW - DAY, NOW + DAY, "ana")], NOW)
    loaded = read(tmp_path, text, kept=copy)
    assert on_call(loaded.configuration.schedules["primary"], NOW) == ("ana",)
    (wanted,) = loaded.calendars
    assert wanted.name == "schedules.primary.ical"
    assert "secret.ics" not in repr(loaded.calendars)
    loaded = read(tmp_path, text)
    assert on_call(loaded.configuration.schedules["primary"], NOW) == ()
    assert any("has not been fetched yet" in note for note in loaded.warnings)


def test_a_file_that_was_spoiled_leaves_the_copy_in_force(tmp_path: Path) -> None:
    (tmp_path / "primary.ics").write_text("BEGIN:VCALENDAR\r\nBEGIN:")
    copy = write("x", [Event("1@x", NOW - DAY, NOW + DAY, "ana")], NOW)
    loaded = read(tmp_path, WHOLE, kept=copy)
    assert on_call(loaded.configuration.schedules["primary"], NOW) == ("ana",)
    assert any("the last good copy is used" in note for note in loaded.warnings)
