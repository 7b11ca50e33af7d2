"""`tocsin oncall` and `tocsin schedule` tell from routes.toml who is on call, and when."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from router.cli.main import cli

SHIPPED = Path(__file__).parents[2] / "routes.toml"
HOUSE = """
[service]
timezone = "Europe/Berlin"
fallback = ["receiver:ops"]
[users.ana]
webhook = "https://hooks.example.com/ana"
[users.bo]
webhook = "https://hooks.example.com/bo"
[users.cy]
webhook = "https://hooks.example.com/cy"
[schedules.primary]
[[schedules.primary.layers]]
users = ["ana", ["bo", "cy"]]
rotation = "weekly"
start = 2026-01-05T09:00:00
[[schedules.primary.overrides]]
from = 2026-03-29T12:00:00
to = 2026-03-29T18:00:00
users = ["cy"]
[schedules.office]
timezone = "Asia/Tokyo"
[[schedules.office.layers]]
users = ["bo"]
restrict = [{ days = ["monday:friday"], from = "09:00", to = "17:00" }]
[policies.p]
steps = [{ notify = ["schedule:primary", "schedule:office"] }]
[receivers.ops]
console = [{}]
[route]
policy = "p"
group_wait = "0s"
"""
SUNDAY = ("--at", "2026-03-29T13:00")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "routes.toml"
    path.write_text(HOUSE)
    return path


def run(*arguments: str, config: Path) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--config", str(config)])


def rows(*arguments: str, config: Path) -> list[str]:
    ran = run(*arguments, config=config)
    assert ran.exit_code == 0, ran.output
    return [" ".join(line.split()) for line in ran.output.splitlines()]


def told(*arguments: str, config: Path, code: int = 0) -> dict[str, Any]:
    ran = run(*arguments, "--json", config=config)
    assert ran.exit_code == code, ran.output
    found: dict[str, Any] = json.loads(ran.output)
    return found


def test_oncall_tells_who_until_when_and_who_then(house: Path) -> None:
    assert rows("oncall", *SUNDAY, config=house) == [
        "SCHEDULE ON CALL UNTIL THEN",
        "primary cy Sun 2026-03-29 18:00 CEST bo, cy",
        "office nobody Mon 2026-03-30 09:00 JST bo",
    ]


def test_oncall_for_programs(house: Path) -> None:
    assert told("oncall", "--at", "2026-03-24T02:00:00Z", config=house) == {
        "at": "2026-03-24T03:00:00+01:00",
        "schedules": [
            {
                "schedule": "primary",
                "timezone": "Europe/Berlin",
                "on_call": ["bo", "cy"],
                "until": "2026-03-29T12:00:00+02:00",
                "next": ["cy"],
            },
            {
                "schedule": "office",
                "timezone": "Asia/Tokyo",
                "on_call": ["bo"],
                "until": "2026-03-24T17:00:00+09:00",
                "next": [],
            },
        ],
    }


def test_oncall_of_one_person_tells_when(house: Path) -> None:
    found = told("oncall", "--user", "cy", "--at", "2026-03-24T12:00", config=house)
    assert found["user"] == "cy"
    assert found["shifts"][:2] == [
        {
            "schedule": "primary",
            "timezone": "Europe/Berlin",
            "now": True,
            "start": "2026-03-24T12:00:00+01:00",
            "end": "2026-03-30T09:00:00+02:00",
        },
        {
            "schedule": "primary",
            "timezone": "Europe/Berlin",
            "now": False,
            "start": "2026-04-06T09:00:00+02:00",
            "end": "2026-04-13T09:00:00+02:00",
        },
    ]
    assert rows("oncall", "--user", "cy", "--at", "2026-03-24T12:00", config=house)[:3] == [
        "SCHEDULE FROM UNTIL",
        "primary now Mon 2026-03-30 09:00 CEST",
        "primary Mon 2026-04-06 09:00 CEST Mon 2026-04-13 09:00 CEST",
    ]


def test_what_ends_beyond_sight_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(HOUSE.replace("restrict = ", "holidays = []\n# "))
    arguments = ("oncall", *SUNDAY)
    assert rows(*arguments, config=path)[2] == "office bo beyond 56 days"
    assert told(*arguments, config=path)["schedules"][1]["until"] is None
    assert rows(*arguments, "--user", "bo", config=path)[-1] == "office now beyond 56 days"
    assert told(*arguments, "--user", "bo", config=path)["shifts"][-1]["end"] is None


def test_somebody_who_never_is(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(HOUSE + "[users.di]\nwebhook = 'https://hooks.example.com/di'\n")
    assert rows("oncall", "--user", "di", config=path) == ["di is not on call within 56 days."]


def test_a_file_without_schedules_says_so(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text('[receivers.ops]\nconsole = [{}]\n[route]\nreceiver = "ops"\n')
    for arguments in (["oncall"], ["schedule", "check"]):
        assert rows(*arguments, config=path) == [
            "There is no schedule; add [schedules.NAME] to say who is on call when."
        ]
        assert told(*arguments, config=path)["schedules"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["oncall", "--at", "noon"], "--at: 'noon' is no time; write it like 2026-05-01T12:30"),
        (["oncall", "--at", "9999-12-31"], "--at: the year 9999 is not between 1970 and 2200"),
        (["oncall", "--user", "zoe"], "no user 'zoe'; known: ana, bo, cy"),
        (["schedule", "show", "primry"], "no schedule 'primry'; known: primary, office"),
        (["schedule", "check", "primry"], "no schedule 'primry'; known: primary, office"),
        (
            ["schedule", "show", "primary", "--from", "2026-01-02", "--to", "2026-01-02"],
            "--to: does not lie after --from",
        ),
        (
            ["schedule", "show", "primary", "--from", "2026-01-02", "--to", "2036-01-02"],
            "--to: lies more than 800 days after --from",
        ),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], said: str, house: Path) -> None:
    ran = run(*arguments, config=house)
    assert (ran.exit_code, ran.output) == (2, f"tocsin: {said}\n")


def test_a_schedule_is_drawn_a_line_a_day_and_a_letter_an_hour(house: Path) -> None:
    ran = run(
        "schedule", "show", "primary", "--from", "2026-03-29", "--to", "2026-03-31", config=house
    )
    assert ran.output.splitlines() == [
        "primary, Europe/Berlin",
        "  a  ana",
        "  b  bo, cy",
        "  c  cy",
        "",
        "                0     6     12    18",
        "Sun 2026-03-29  bbbbbbbbbbbbccccccbbbbbb  bo, cy → 12:00 cy → 18:00 bo, cy",
        "Mon 2026-03-30  bbbbbbbbbaaaaaaaaaaaaaaa  bo, cy → 09:00 ana",
    ]


def test_hours_with_nobody_are_dots_and_those_not_asked_for_are_blank(house: Path) -> None:
    span = ("--from", "2026-03-30T08:00", "--to", "2026-03-31T04:00")
    lines = run("schedule", "show", "office", *span, config=house).output.splitlines()
    assert lines[1] == "  ·  nobody"
    assert lines[-2:] == [
        "Mon 2026-03-30          ·aaaaaaaa·······  nobody → 09:00 bo → 17:00 nobody",
        "Tue 2026-03-31  ····                      nobody",
    ]


def test_without_a_span_it_shows_four_weeks_from_today(house: Path) -> None:
    lines = run("schedule", "show", "office", config=house).output.splitlines()
    assert len([line for line in lines if line.startswith(("Mon", "Sun"))]) == 8


def test_the_shifts_of_a_schedule_for_programs(house: Path) -> None:
    span = ("--from", "2026-03-30T00:00", "--to", "2026-03-31")
    assert told("schedule", "show", "office", *span, config=house) == {
        "schedule": "office",
        "timezone": "Asia/Tokyo",
        "from": "2026-03-30T00:00:00+09:00",
        "to": "2026-03-31T00:00:00+09:00",
        "shifts": [
            {"start": "2026-03-30T00:00:00+09:00", "end": "2026-03-30T09:00:00+09:00", "users": []},
            {
                "start": "2026-03-30T09:00:00+09:00",
                "end": "2026-03-30T17:00:00+09:00",
                "users": ["bo"],
            },
            {"start": "2026-03-30T17:00:00+09:00", "end": "2026-03-31T00:00:00+09:00", "users": []},
        ],
        "allow_gaps": False,
        "people": ["bo"],
        "gaps": [
            {"start": "2026-03-30T00:00:00+09:00", "end": "2026-03-30T09:00:00+09:00"},
            {"start": "2026-03-30T17:00:00+09:00", "end": "2026-03-31T00:00:00+09:00"},
        ],
    }


def test_check_names_gaps_and_ends_with_1(house: Path) -> None:
    ran = run("schedule", "check", "--days", "7", config=house)
    assert ran.exit_code == 1
    assert "primary: coverage 100 %" in ran.output
    assert "  warning: nobody from " in ran.output
    found = told("schedule", "check", "office", "--days", "7", config=house, code=1)
    (office,) = found["schedules"]
    assert office["coverage"] == round(100 * 40 / 168, 2)
    assert office["seconds"] == {"bo": 40 * 3600}
    assert len(office["gaps"]) >= 5


def test_gaps_that_may_be_are_notes(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(HOUSE.replace("[[schedules.office", "allow_gaps = true\n[[schedules.office", 1))
    ran = run("schedule", "check", config=path)
    assert ran.exit_code == 0
    assert "  note: nobody from " in ran.output


def test_the_shipped_schedule_is_covered_and_balanced() -> None:
    (primary,) = told("schedule", "check", config=SHIPPED)["schedules"]
    assert (primary["coverage"], primary["score"], primary["gaps"]) == (100, 100, [])
    assert primary["seconds"] == {"engineer_1": 42 * 86400, "engineer_2": 42 * 86400}


def test_check_of_the_file_counts_schedules_and_names_gaps(house: Path) -> None:
    output = CliRunner().invoke(cli, ["check", str(house)]).output
    assert "warning: " in output
    assert "schedules.office: nobody is on call " in output
    assert "2 schedules" in output


def test_explain_tells_the_people_of_a_schedule_at_the_time_of_each_step(house: Path) -> None:
    text = house.read_text().replace(
        "steps = [", "steps = [{ notify = ['schedule:primary'], wait = '30m' }, "
    )
    house.write_text(text)
    arguments = ("explain", "alertname=Down", "--at", "2026-03-29T11:45", "--for", "40m")
    timeline = told(*arguments, config=house)["timeline"]
    pages = [(e["after_seconds"] / 60, e["target"]) for e in timeline if e["kind"] == "page"]
    assert pages == [
        (0, "user:bo/webhook"),
        (0, "user:cy/webhook"),
        (30, "user:cy/webhook"),
        (35, "receiver:ops/console/0"),
    ]
    assert "schedule:office" in [e["target"] for e in timeline if e["kind"] == "unreachable"]


def test_explain_tells_the_handoffs_between_the_steps(house: Path) -> None:
    text = house.read_text().replace(
        "steps = [", "steps = [{ notify = ['schedule:primary'], wait = '30m' }, "
    )
    house.write_text(text)
    arguments = ("explain", "alertname=Down", "--at", "2026-03-29T11:45", "--for", "40m")
    timeline = told(*arguments, config=house)["timeline"]
    handoffs = [
        (e["after_seconds"] / 60, e["target"], e["reason"])
        for e in timeline
        if e["kind"] == "handoff"
    ]
    assert handoffs == [(15, "schedule:primary", "bo, cy → cy")]
    assert [e["after_seconds"] for e in timeline] == sorted(e["after_seconds"] for e in timeline)
    printed = "\n".join(rows(*arguments, config=house))
    assert "handoff schedule:primary on call: bo, cy → cy" in printed
