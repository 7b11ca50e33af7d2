"""Schedules are read as they are written, and every mistake in one has its own sentence."""

from datetime import date
from pathlib import Path

import pytest
from support.clocks import at, local, spell
from support.routes_file import BASE, NOWHERE, ROUTE, problems, read

from router.config.load import load
from router.core.layer import Layer
from router.core.restriction import Restriction
from router.core.rotation import Rotation
from router.core.schedule import Override, Schedule, on_call

PEOPLE = "".join(f"[users.{name}]\nwebhook = 'https://h/{name}'\n" for name in ("ana", "bo", "cy"))
HEAD = PEOPLE + "[schedules.primary]\ntimezone = 'Europe/Berlin'\n"
LAYER = "[[schedules.primary.layers]]\n"
WEEKLY = "rotation = 'weekly'\nstart = 2026-01-05T09:00:00\n"
LINES = HEAD.count("\n")
TOLD = (
    "[policies.p]\nsteps = [{ notify = ['schedule:primary'] }]\n[receivers.base]\nconsole = [{}]\n"
    "[route]\npolicy = 'p'\n[service]\nfallback = ['receiver:base']\n"
)


def schedule(text: str) -> Schedule:
    return read(HEAD + text + BASE + ROUTE).configuration.schedules["primary"]


def layer(text: str) -> Layer:
    (found,) = schedule(LAYER + text).layers
    return found


def test_the_whole_of_a_schedule() -> None:
    found = schedule(
        """
allow_gaps = true
[[schedules.primary.layers]]
users = ["ana", ["bo", "cy"]]
rotation = "weekly"
start = 2026-01-05T09:00:00
[[schedules.primary.layers]]
users = ["cy"]
timezone = "Asia/Seoul"
restrict = [{ days = ["monday:friday"], from = "09:00", to = "18:00" }]
holidays = [2026-12-25]
[[schedules.primary.overrides]]
from = 2026-12-24T00:00:00
to = 2026-12-27T00:00:00
users = ["bo"]
"""
    )
    assert found == Schedule(
        name="primary",
        timezone="Europe/Berlin",
        allow_gaps=True,
        layers=(
            Layer(
                turns=(("ana",), ("bo", "cy")),
                rotation=Rotation(
                    start=local("2026-01-05 09:00"), timezone="Europe/Berlin", minutes=7 * 24 * 60
                ),
                timezone="Europe/Berlin",
            ),
            Layer(
                turns=(("cy",),),
                restrict=(Restriction(days=(0, 1, 2, 3, 4), start=9 * 60, end=18 * 60),),
                holidays=(date(2026, 12, 25),),
                timezone="Asia/Seoul",
                priority=1,
            ),
        ),
        overrides=(
            Override(start=at("2026-12-23 23:00"), end=at("2026-12-26 23:00"), users=("bo",)),
        ),
    )


def test_without_a_zone_it_is_in_that_of_the_service() -> None:
    text = "[service]\ntimezone = 'Asia/Tokyo'\n" + PEOPLE
    found = read(text + "[schedules.x]\nlayers = [{ users = ['ana'] }]\n" + BASE + ROUTE)
    assert found.configuration.schedules["x"].timezone == "Asia/Tokyo"
    assert found.configuration.schedules["x"].layers[0].timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("written", "minutes", "months"),
    [
        ("'hourly'", 60, 0),
        ("'daily'", 1440, 0),
        ("'weekly'", 10080, 0),
        ("'monthly'", 0, 1),
        ("{ every = '12h' }", 720, 0),
        ("{ every = '15m' }", 15, 0),
        ("{ every = '2w' }", 20160, 0),
        ("{ months = 3 }", 0, 3),
    ],
)
def test_rotations(written: str, minutes: int, months: int) -> None:
    found = layer(f"users = ['ana', 'bo']\nrotation = {written}\nstart = 2026-01-05T09:00:00\n")
    assert found.rotation == Rotation(
        start=local("2026-01-05 09:00"), timezone="Europe/Berlin", minutes=minutes, months=months
    )


@pytest.mark.parametrize(
    ("written", "days", "start", "end"),
    [
        pytest.param("days = ['sat']", (5,), 0, 1440, id="a whole day"),
        pytest.param("from = '09:00', to = '17:30'", range(7), 540, 1050, id="every day"),
        pytest.param("from = '00:00', to = '24:00'", range(7), 0, 1440, id="all day"),
        pytest.param("from = '22:00', to = '06:00'", range(7), 1320, 1800, id="over midnight"),
        pytest.param("from = '08:00', to = '08:00'", range(7), 480, 1920, id="a day and night"),
        pytest.param("from = '08:00', to = '24:00'", range(7), 480, 1440, id="until midnight"),
        pytest.param(
            "days = ['monday:friday', 'sun'], from = '09:00', to = '17:00'",
            (0, 1, 2, 3, 4, 6),
            540,
            1020,
            id="several days",
        ),
        pytest.param("days = ['fri:mon']", (0, 4, 5, 6), 0, 1440, id="days around the weekend"),
        pytest.param("from = 'fri 18:00', to = 'mon 08:00'", (4,), 1080, 4800, id="a weekend"),
        pytest.param("from = 'Monday 08:00', to = 'monday 18:00'", (0,), 480, 1080, id="one day"),
        pytest.param("from = 'mon 08:00', to = 'mon 08:00'", (0,), 480, 10560, id="a week"),
        pytest.param("from = 'sun 08:00', to = 'mon 24:00'", (6,), 480, 2880, id="two days"),
    ],
)
def test_restrictions(written: str, days: range | tuple[int, ...], start: int, end: int) -> None:
    (found,) = layer(f"users = ['ana']\nrestrict = [{{ {written} }}]\n").restrict
    assert found == Restriction(days=tuple(days), start=start, end=end)


def test_layers_lie_above_one_another_unless_they_say_otherwise() -> None:
    written = ("", "", "priority = 1\n", "", "priority = 10\n", "")
    found = schedule("".join(f"{LAYER}users = ['ana']\n{priority}" for priority in written))
    assert [each.priority for each in found.layers] == [0, 1, 1, 2, 10, 11]


def test_an_anchor_says_whose_turn_it_is() -> None:
    text = "users = ['ana', 'bo', 'cy']\nanchor = { user = 'cy', at = 2026-03-10T12:00:00 }\n"
    found = schedule(LAYER + WEEKLY + text)
    told = [on_call(found, at(f"2026-03-{day} 12:00", "Europe/Berlin")) for day in ("10", "16")]
    assert told == [("cy",), ("ana",)]


def test_overrides_have_local_times_unless_they_have_an_offset() -> None:
    (one, two) = schedule(
        LAYER + "users = ['ana']\n"
        "[[schedules.primary.overrides]]\nfrom = 2026-03-29T02:30:00\nto = 2026-10-25T02:30:00\n"
        "add = ['bo']\nremove = ['ana']\n"
        "[[schedules.primary.overrides]]\nfrom = 2026-03-29T02:30:00Z\n"
        "to = 2026-03-29T04:30:00+01:00\n"
        "users = []\n"
    ).overrides
    assert [spell(each, "Europe/Berlin") for each in (one.start, one.end)] == [
        "2026-03-29 03:00+02:00",
        "2026-10-25 02:30+02:00",
    ]
    assert (one.users, one.add, one.remove) == (None, ("bo",), ("ana",))
    assert [spell(two.start), spell(two.end)] == [
        "2026-03-29 02:30+00:00",
        "2026-03-29 03:30+00:00",
    ]
    assert two.users == ()


SPAN = "from = 2026-01-05T09:00:00\nto = 2026-01-06T09:00:00\n"
OVERRIDE = "[[schedules.primary.overrides]]\n"
ALONE = LAYER + "users = ['ana']\n"
TWO = LAYER + "users = ['ana', 'bo']\n"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 0, ": has no layers; add [[schedules.primary.layers]]"),
        ("layers = []\n", 1, ".layers: has no layers; add [[schedules.primary.layers]]"),
        ("layers = ['ana']\n", 1, ".layers[0]: expected a table, got text"),
        (LAYER, 1, ".layers[0]: nobody is in it; give it `users`"),
        (LAYER + "users = []\n", 2, ".layers[0].users: nobody is in it; give it `users`"),
        (
            LAYER + "users = 'ana'\n",
            2,
            '.layers[0].users: expected an array such as ["ana", "bo"], got text',
        ),
        (
            LAYER + "users = [\n'ana',\n'anna',\n]\n" + WEEKLY,
            4,
            ".layers[0].users[1]: no user 'anna'; did you mean 'ana'?",
        ),
        (
            LAYER + "users = [['ana'], ['bo', 'di']]\n" + WEEKLY,
            2,
            ".layers[0].users[1][1]: no user 'di'; known: ana, bo, cy",
        ),
        (
            LAYER + "users = [['ana', 'ana']]\n",
            2,
            ".layers[0].users[0][1]: 'ana' is there twice",
        ),
        (
            LAYER + "users = ['ana', []]\n",
            2,
            ".layers[0].users[1]: nobody has this turn; leave it out",
        ),
        (
            LAYER + "users = [1]\n",
            2,
            ".layers[0].users[0]: expected a user, or an array of those who share a turn"
            ", got a whole number",
        ),
        (
            LAYER + "users = [[['ana']]]\n",
            2,
            ".layers[0].users[0][0]: expected a user, got an array",
        ),
        (
            TWO,
            1,
            ".layers[0]: several take turns; needs their length"
            ', rotation = hourly, daily, weekly, monthly, or { every = "12h" }',
        ),
        (
            TWO + "rotation = 'weekly'\n",
            1,
            ".layers[0]: needs the local time of a hand-off, start = 2026-01-05T09:00:00",
        ),
        (
            TWO + "rotation = 'weekley'\nstart = 2026-01-05T09:00:00\n",
            3,
            ".layers[0].rotation: 'weekley' is not known here; did you mean 'weekly'?",
        ),
        (
            TWO + "rotation = '12h'\nstart = 2026-01-05T09:00:00\n",
            3,
            '.layers[0].rotation: write { every = "12h" }',
        ),
        (
            TWO + "rotation = { every = '90s' }\nstart = 2026-01-05T09:00:00\n",
            3,
            ".layers[0].rotation.every: a turn is at least 15 minutes, and whole ones",
        ),
        (
            TWO + "rotation = { every = 'often' }\nstart = 2026-01-05T09:00:00\n",
            3,
            ".layers[0].rotation.every: 'often' is no duration; write it like 90s, 5m, 1h30m or 1d",
        ),
        (
            TWO + "rotation = { every = '1d', months = 1 }\nstart = 2026-01-05T09:00:00\n",
            3,
            ".layers[0].rotation: has every and months; give one of them",
        ),
        (
            TWO + "rotation = {}\nstart = 2026-01-05T09:00:00\n",
            3,
            '.layers[0].rotation: needs how long a turn is, every = "12h", or months = 3',
        ),
        (
            TWO + "rotation = { months = 0 }\nstart = 2026-01-05T09:00:00\n",
            3,
            ".layers[0].rotation.months: 0 is not between 1 and 120",
        ),
        (
            TWO + "rotation = 7\nstart = 2026-01-05T09:00:00\n",
            3,
            ".layers[0].rotation: expected text, got a whole number",
        ),
        (
            ALONE + "start = 2026-01-05T09:00:00\n",
            3,
            ".layers[0].start: has a start, but no rotation",
        ),
        (
            TWO + "rotation = 'weekly'\nstart = 2026-01-05\n",
            4,
            ".layers[0].start: expected a date and time such as 2026-01-05T09:00:00, got a date",
        ),
        (
            TWO + "rotation = 'weekly'\nstart = '2026-01-05T09:00'\n",
            4,
            ".layers[0].start: expected a date and time such as 2026-01-05T09:00:00, got text",
        ),
        (
            TWO + "rotation = 'weekly'\nstart = 2026-01-05T09:00:00Z\n",
            4,
            ".layers[0].start: has an offset; leave it out, `timezone` says whose clock it is",
        ),
        (
            TWO + "rotation = 'weekly'\nstart = 2026-01-05T09:00:30\n",
            4,
            ".layers[0].start: is not on a whole minute",
        ),
        (
            TWO + "rotation = 'weekly'\nstart = 0001-01-05T09:00:00\n",
            4,
            ".layers[0].start: the year 1 is not between 1970 and 2200",
        ),
        (
            ALONE + "timezone = 'Europe/Berln'\n",
            3,
            ".layers[0].timezone: there is no time zone 'Europe/Berln'"
            "; did you mean 'Europe/Berlin'?",
        ),
        (
            TWO + WEEKLY + "anchor = { user = 'cy', at = 2026-01-05T09:00:00 }\n",
            5,
            ".layers[0].anchor.user: 'cy' is not among the users of this layer",
        ),
        (
            TWO + WEEKLY + "anchor = { user = 'ana' }\n",
            5,
            ".layers[0].anchor: needs a moment of that turn, at = 2026-01-05T09:00:00",
        ),
        (
            TWO + WEEKLY + "anchor = { at = 2026-01-05T09:00:00 }\n",
            5,
            ".layers[0].anchor: needs the user who has the turn",
        ),
        (
            ALONE + "anchor = { user = 'ana', at = 2026-01-05T09:00:00 }\n",
            3,
            ".layers[0].anchor: there is no rotation for it to hold on to",
        ),
        (ALONE + "priority = -1\n", 3, ".layers[0].priority: -1 is not between 0 and 1000"),
        (
            ALONE + "holidays = ['2026-12-25']\n",
            3,
            ".layers[0].holidays[0]: expected a date such as 2026-12-25, got text",
        ),
        (
            ALONE + "holidays = [2026-12-25T00:00:00]\n",
            3,
            ".layers[0].holidays[0]: expected a date such as 2026-12-25, got a date and time",
        ),
        (
            ALONE + "restrict = [{}]\n",
            3,
            '.layers[0].restrict[0]: needs `days`, or from = "09:00" and to = "18:00"',
        ),
        (
            ALONE + "restrict = [{ from = '09:00' }]\n",
            3,
            ".layers[0].restrict[0]: has `from`, and needs `to` too",
        ),
        (
            ALONE + "restrict = [{ from = '9', to = '17:00' }]\n",
            3,
            ".layers[0].restrict[0].from: '9' is no time of day; write HH:MM, from 00:00 to 24:00",
        ),
        (
            ALONE + "restrict = [{ from = '09:00', to = '' }]\n",
            3,
            '.layers[0].restrict[0].to: \'\' is no time; write it like "09:00" or "friday 18:00"',
        ),
        (
            ALONE + "restrict = [{ from = '24:00', to = '17:00' }]\n",
            3,
            ".layers[0].restrict[0].from: '24:00' is the end of a day; write 00:00",
        ),
        (
            ALONE + "restrict = [{ from = 'fri 18:00', to = '08:00' }]\n",
            3,
            ".layers[0].restrict[0]: name a weekday in both `from` and `to`, or in neither",
        ),
        (
            ALONE + "restrict = [{ days = ['mon'], from = 'fri 18:00', to = 'sat 08:00' }]\n",
            3,
            ".layers[0].restrict[0].days: `from` names the weekday already; leave it out",
        ),
        (
            ALONE + "restrict = [{ days = ['someday'] }]\n",
            3,
            ".layers[0].restrict[0].days[0]: 'someday' in 'someday' is no weekday"
            "; write monday or mon",
        ),
        (
            ALONE + "restrict = [{ days = [] }]\n",
            3,
            ".layers[0].restrict[0].days: names no day; leave it out for every day",
        ),
        (
            ALONE + "restrict = [{ days = ['mon:tue:wed'] }]\n",
            3,
            ".layers[0].restrict[0].days[0]: 'mon:tue:wed' is no range"
            "; write one weekday, or first:last",
        ),
        (
            ALONE + OVERRIDE + SPAN,
            3,
            ".overrides[0]: needs `users`, who are on call instead (nobody: [])"
            ", or whom to `add` or `remove`",
        ),
        (
            ALONE + OVERRIDE + "users = ['bo']\nfrom = 2026-01-05T09:00:00\n",
            3,
            ".overrides[0]: needs a time, to = 2026-01-05T09:00:00",
        ),
        (
            ALONE + OVERRIDE + SPAN + "users = ['boo']\n",
            6,
            ".overrides[0].users[0]: no user 'boo'; did you mean 'bo'?",
        ),
        (
            ALONE + OVERRIDE + SPAN + "replace = { ana = 'boo' }\n",
            6,
            ".overrides[0].replace.ana: no user 'boo'; did you mean 'bo'?",
        ),
        (
            ALONE + OVERRIDE + SPAN + "replace = { ana = 'ana' }\n",
            6,
            ".overrides[0].replace.ana: carries her own turns already",
        ),
        (
            ALONE
            + (OVERRIDE + SPAN + "replace = { ana = 'bo' }\n")
            + (OVERRIDE + SPAN + "replace = { ana = 'cy' }\n"),
            7,
            ".overrides[1]: overlaps overrides[0]: both replace 'ana'",
        ),
        (
            ALONE + OVERRIDE + SPAN + "add = ['bo']\nremove = ['bo']\n",
            3,
            ".overrides[0]: adds and removes 'bo'",
        ),
        (
            ALONE
            + OVERRIDE
            + "from = 2026-01-06T09:00:00\nto = 2026-01-05T09:00:00\nusers = ['bo']\n",
            5,
            ".overrides[0].to: does not lie after `from`",
        ),
        (
            ALONE + 2 * (OVERRIDE + SPAN + "users = ['bo']\n"),
            7,
            ".overrides[1]: overlaps overrides[0]: both name `users`",
        ),
        (
            ALONE + OVERRIDE + SPAN + "add = ['bo']\n" + OVERRIDE + SPAN + "remove = ['bo']\n",
            7,
            ".overrides[1]: overlaps overrides[0]: both add or remove 'bo'",
        ),
        ("allow_gaps = 1\n" + ALONE, 1, ".allow_gaps: expected true or false, got a whole number"),
        (
            "allow_gap = true\n" + ALONE,
            1,
            ".allow_gap: unknown key 'allow_gap'; did you mean 'allow_gaps'?",
        ),
        (
            TWO + WEEKLY + "rotate = 1\n",
            5,
            ".layers[0].rotate: unknown key 'rotate'; did you mean 'rotation'?",
        ),
    ],
)
def test_one_mistake_is_one_sentence(text: str, line: int, problem: str) -> None:
    where = LINES - 1 if line == 0 else LINES + line
    assert problems(HEAD + text) == [f"routes.toml:{where}: schedules.primary{problem}"]


def test_overrides_may_touch_and_may_add_to_a_replacement() -> None:
    later = "from = 2026-01-06T09:00:00\nto = 2026-01-07T09:00:00\n"
    texts = [SPAN + "users = ['bo']\n", later + "users = ['cy']\n", SPAN + "add = ['cy']\n"]
    assert len(schedule(ALONE + "".join(OVERRIDE + text for text in texts)).overrides) == 3


@pytest.mark.parametrize("place", ["policy", "digest", "fallback"])
def test_a_schedule_may_be_told_wherever_people_may(place: str) -> None:
    text = {
        "policy": "[policies.p]\nsteps = [{ notify = ['schedule:primary'] }]\n",
        "digest": "[policies.p]\ndigest = { at = '09:00', notify = ['schedule:primary'] }\n",
        "fallback": "[service]\nfallback = ['schedule:primary']\n",
    }[place]
    loaded = read(HEAD + ALONE + text + BASE + ROUTE)
    assert not [warning for warning in loaded.warnings if "schedules" in warning]


def test_a_schedule_that_is_not_there_is_missed() -> None:
    text = "[policies.p]\nsteps = [{ notify = ['schedule:primry'] }]\n"
    assert problems(HEAD + ALONE + text) == [
        f"routes.toml:{LINES + 4}: policies.p.steps[0].notify[0]: no schedule 'primry'"
        "; did you mean 'schedule:primary'?"
    ]


def warnings(text: str, now: str = "2026-03-02 12:00") -> list[str]:
    whole = (HEAD + text + TOLD).encode()
    wall = at(now, "Europe/Berlin")
    loaded = load(whole, folder=NOWHERE, environ={}, wall=wall)
    return [each.removeprefix(f"routes.toml:{LINES - 1}: ") for each in loaded.warnings]


OFFICE = ALONE + "restrict = [{ days = ['mon:fri'], from = '09:00', to = '17:00' }]\n"


@pytest.mark.parametrize(
    ("text", "now", "warning"),
    [
        pytest.param(ALONE, "2026-03-02 12:00", "", id="somebody always is"),
        pytest.param(TWO + WEEKLY, "2026-03-02 12:00", "", id="a rotation has no gap"),
        pytest.param(
            OFFICE,
            "2026-03-02 12:00",
            "nobody is on call from Mon 2026-03-02 17:00 to Tue 2026-03-03 09:00"
            ", nor at 21 later times within 30 days",
            id="nights and weekends",
        ),
        pytest.param(
            OFFICE,
            "2026-03-02 20:00",
            "nobody is on call until Tue 2026-03-03 09:00, nor at 22 later times within 30 days",
            id="this very night",
        ),
        pytest.param("allow_gaps = true\n" + OFFICE, "2026-03-02 12:00", "", id="it is meant so"),
        pytest.param(
            ALONE + OVERRIDE + SPAN.replace("2026-01", "2026-03") + "users = []\n",
            "2026-03-02 12:00",
            "nobody is on call from Thu 2026-03-05 09:00 to Fri 2026-03-06 09:00",
            id="an override names nobody",
        ),
        pytest.param(
            ALONE + OVERRIDE + SPAN + "remove = ['ana']\n", "2026-03-02 12:00", "", id="it is over"
        ),
        pytest.param(
            ALONE + OVERRIDE + "from = 2026-03-05T09:00:00\nto = 2027-01-01T00:00:00\nusers = []\n",
            "2026-03-02 12:00",
            "nobody is on call from Thu 2026-03-05 09:00 on",
            id="to the end",
        ),
        pytest.param(
            ALONE + "restrict = [{ from = '02:15', to = '02:15' }]\n",
            "2026-03-28 12:00",
            "",
            id="a whole day, on the night on which its end is skipped",
        ),
    ],
)
def test_hours_to_come_with_nobody_are_a_warning(text: str, now: str, warning: str) -> None:
    said = f"schedules.primary: {warning} (Europe/Berlin); or say allow_gaps = true"
    assert warnings(text, now) == ([said] if warning else [])


def test_without_the_time_no_hour_is_to_come() -> None:
    assert read(HEAD + OFFICE + TOLD).warnings == ()


def test_nobody_uses_it() -> None:
    assert (
        f"routes.toml:{LINES - 1}: schedules.primary: nothing uses it"
        in read(HEAD + ALONE + BASE + ROUTE).warnings
    )


def test_whoever_is_on_call_and_cannot_be_reached_is_named() -> None:
    text = HEAD.replace("[users.bo]\nwebhook = 'https://h/bo'\n", "[users.bo]\n") + TWO + WEEKLY
    told = [each.partition(": ")[2] for each in read(text + TOLD).warnings]
    assert "schedules.primary: bo is on call here, and has no usable contact" in told


def test_the_example_in_the_documentation_is_sound() -> None:
    page = (Path(__file__).parents[2] / "docs" / "schedules.md").read_text("utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    people = "".join(f"[users.{who}]\nwebhook = 'https://h/{who}'\n" for who in ("dora", "eli"))
    assert read(PEOPLE + people + example + TOLD).warnings == ()
