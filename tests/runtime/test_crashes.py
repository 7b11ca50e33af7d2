"""What ended the process is remembered, blamed only when it is certain, and left alone for longer
and longer."""

from pathlib import Path

import pytest

from router.core import event as e
from router.core.moment import DAY, HOUR, MINUTE
from router.core.waiting import Kind
from router.runtime import crashes
from router.runtime.crashes import Suspects

NOW = 1_800_000_000_000_000


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (e.Due(Kind.INCIDENT, 3), "incident 3"),
        (e.Due(Kind.HEARTBEAT, 1), "heartbeat 1"),
        (e.Stopped(Kind.GROUP, 7, "x"), "stopped group 7"),
        (e.Claimed(9), "delivery 9"),
        (e.Delivered(delivery=9), "delivery 9"),
        (e.Failed(delivery=9, error="x"), "delivery 9"),
        (e.Skipped(9), "delivery 9"),
        (e.Swept(), "sweep"),
        (e.Started(), ""),
        (e.Acknowledged(incident=1, by="ana", via="test"), ""),
    ],
)
def test_what_comes_again_after_a_start_has_a_name(event: e.Event, name: str) -> None:
    assert crashes.suspect(event) == name


def test_a_name_leads_back_to_the_rule_that_sets_it_aside() -> None:
    for kind in Kind:
        event = crashes.stopped(f"{kind.name.lower()} 5")
        assert event is not None
        assert (event.kind, event.id) == (kind, 5)
    for other in ("sweep", "stopped group 7", "", "group x"):
        assert crashes.stopped(other) is None


@pytest.mark.parametrize(
    ("notes", "found"),
    [
        pytest.param([], Suspects(), id="no crash"),
        pytest.param([([], False)], Suspects(), id="something somebody sent"),
        pytest.param([(["group 1"], False)], Suspects({"group 1": 1}), id="one thing alone"),
        pytest.param(
            [(["group 1"], True)],
            Suspects({}, frozenset({"group 1"})),
            id="one thing beside what somebody sent",
        ),
        pytest.param(
            [(["group 1", "incident 2"], False)],
            Suspects({}, frozenset({"group 1", "incident 2"})),
            id="two things",
        ),
        pytest.param(
            [(["group 1", "incident 2"], False), (["incident 2"], False), (["incident 2"], False)],
            Suspects({"incident 2": 2}, frozenset({"group 1"})),
            id="two things, then one of them alone, twice",
        ),
        pytest.param(
            [(["incident 2", "stopped incident 2"], False)],
            Suspects({"incident 2": 1, "stopped incident 2": 1}),
            id="a thing that cannot even be set aside",
        ),
    ],
)
def test_who_is_to_blame(
    notes: list[tuple[list[str], bool]], found: Suspects, tmp_path: Path
) -> None:
    for at, (names, mixed) in enumerate(notes):
        crashes.note(tmp_path, NOW + at, names, mixed=mixed)
    assert crashes.suspects(tmp_path, NOW + MINUTE) == found
    crashes.in_a_row(tmp_path, NOW + HOUR)
    assert crashes.suspects(tmp_path, NOW + HOUR) == found, "for a day, whatever safe mode forgets"
    assert crashes.suspects(tmp_path, NOW + DAY + MINUTE) == Suspects()


def test_it_is_left_alone_for_longer_and_longer() -> None:
    spans = [Suspects({"group 1": times}).spans()["group 1"] // MINUTE for times in range(1, 7)]
    assert spans == [30, 60, 120, 240, 360, 360]


def test_three_ends_within_ten_minutes_are_a_loop(tmp_path: Path) -> None:
    assert not crashes.in_a_row(tmp_path, NOW)
    for minutes in (0, 4, 9):
        assert not crashes.in_a_row(tmp_path, NOW + minutes * MINUTE)
        crashes.note(tmp_path, NOW + minutes * MINUTE)
    assert crashes.in_a_row(tmp_path, NOW + 9 * MINUTE)
    assert not crashes.in_a_row(tmp_path, NOW + 10 * MINUTE), "the first is ten minutes ago"


def test_a_file_that_was_cut_off_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_bytes(b"12\n\xff\xfe by group 1\n" + str(NOW).encode() + b" by")
    assert set(crashes.suspects(tmp_path, NOW).guilty) <= {""}
    assert not crashes.in_a_row(tmp_path, NOW)
