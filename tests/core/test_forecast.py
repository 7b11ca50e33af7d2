"""What would become of an alert if nobody answered."""

from itertools import pairwise

from support.configured import (
    channel,
    configured,
    daily,
    inhibit,
    person,
    policy,
    route,
    span,
    step,
)

from router.core.configuration import Configuration
from router.core.forecast import Entry, forecast, place
from router.core.interval import Interval
from router.core.moment import DAY, HOUR, MINUTE, SECOND, Now
from router.core.state import State
from router.core.stored import Stored

MONDAY = Now(wall=1_767_603_600 * SECOND, service=0)  # 2026-01-05, 09:00 UTC.
PEOPLE = [person("ana", "slack", later={"sms": "2m"}), person("bo", "sms")]
LOUD = policy("loud", step("5m", "user:ana"), step("10m", "user:bo", "receiver:ops"), rounds=2)


def told(configuration: Configuration, horizon: str, **labels: str) -> list[tuple[str, str, str]]:
    """When something happens, what, and to whom or why."""
    entries = forecast(configuration, labels or {"a": "b"}, MONDAY, span(horizon))
    return [(_clock(e.after), e.kind, e.target or e.reason) for e in entries]


def _clock(after: int) -> str:
    minutes, seconds = divmod(after // SECOND, 60)
    return f"{minutes}:{seconds:02}"


def alone() -> Configuration:
    return configured(
        route("", policy="loud", wait="30s"),
        users=PEOPLE,
        receivers=[channel("ops"), channel("last")],
        policies=[LOUD],
        fallback=("receiver:last",),
    )


def test_steps_are_run_in_their_time_round_by_round_and_then_the_fallback_rings() -> None:
    assert told(alone(), "70m") == [
        ("0:30", "opened", "loud"),
        ("0:30", "page", "user:ana/slack"),
        ("2:30", "page", "user:ana/sms"),
        ("5:30", "page", "user:bo/sms"),
        ("5:30", "page", "receiver:ops/slack/0"),
        ("15:30", "page", "user:ana/slack"),
        ("17:30", "page", "user:ana/sms"),
        ("20:30", "page", "user:bo/sms"),
        ("20:30", "page", "receiver:ops/slack/0"),
        ("30:30", "exhausted", ""),
        ("30:30", "page", "receiver:last/slack/0"),
        ("60:30", "page", "receiver:last/slack/0"),
    ]


def test_what_lies_beyond_the_horizon_is_not_told() -> None:
    assert told(alone(), "30s")[-1][0] == "0:30"
    assert told(alone(), "29s") == []


def test_a_receiver_is_told_once_and_again_after_its_repeat_interval() -> None:
    configuration = configured(
        route("", to="ops", wait="10s", interval="1m", repeat="10m"), receivers=[channel("ops")]
    )
    assert told(configuration, "25m") == [
        ("0:10", "notification", "receiver:ops/slack/0"),
        ("11:10", "notification", "receiver:ops/slack/0"),
        ("22:10", "notification", "receiver:ops/slack/0"),
    ]


def test_every_route_that_continues_has_its_own_group() -> None:
    configuration = configured(
        route(
            "",
            route('a="b"', by=("a",), go_on=True),
            route('a="b"', to="other", by=("...",)),
            to="ops",
        ),
        receivers=[channel("ops"), channel("other")],
    )
    groups = place(configuration, {"a": "b", "c": "d"}, MONDAY)
    assert [group.key for group in groups] == [
        '{}/{a="b"}:{a="b"}',
        '{}/{a="b"}:{a="b", c="d"}',
    ]
    entries = forecast(configuration, {"a": "b", "c": "d"}, MONDAY, MINUTE)
    assert [entry.group for entry in entries] == [group.id for group in groups]


def test_a_digest_comes_at_its_hour() -> None:
    configuration = configured(
        route("", policy="daily"), policies=[daily("daily", "08:30", "user:bo")], users=PEOPLE
    )
    (entry, *_) = forecast(configuration, {"a": "b"}, MONDAY, DAY)
    assert entry == Entry(
        after=23 * HOUR + 30 * MINUTE,
        kind="notification",
        target="user:bo/sms",
        reason="digest",
        group=1,
    )


def test_a_muted_route_is_silent_until_its_interval_is_over() -> None:
    until_ten = Interval(times=((9 * 60, 10 * 60),))
    configuration = configured(
        route("", policy="loud", wait="0s", interval="5m", muted=("morning",)),
        users=PEOPLE,
        receivers=[channel("ops")],
        policies=[LOUD],
        intervals={"morning": (until_ten,)},
    )
    assert told(configuration, "61m")[:4] == [
        ("0:00", "muted", "interval:morning"),
        ("60:00", "unmuted", ""),
        ("60:00", "opened", "loud"),
        ("60:00", "page", "user:ana/slack"),
    ]


def test_a_step_that_reaches_nobody_is_told_and_passes_its_turn_on() -> None:
    configuration = configured(
        route("", policy="odd", wait="0s"),
        users=PEOPLE,
        policies=[policy("odd", step("5m", "team:empty"), step("5m", "user:bo"))],
        teams={"empty": ()},
    )
    assert told(configuration, "1m") == [
        ("0:00", "opened", "odd"),
        ("0:00", "unreachable", "team:empty"),
        ("0:00", "page", "user:bo/sms"),
    ]


def test_an_alert_does_not_hold_itself_back() -> None:
    configuration = configured(
        route("", to="ops", wait="0s"),
        receivers=[channel("ops")],
        rules=(inhibit('a="b"', 'a=~"b|c"'),),
    )
    assert told(configuration, "1m", a="b") == [("0:00", "notification", "receiver:ops/slack/0")]


def test_nothing_about_the_service_itself_is_touched() -> None:
    configuration = alone()
    state = State(configuration, Stored(instance="mine"))
    forecast(configuration, {"a": "b"}, MONDAY, HOUR)
    assert state.next_due() is None
    assert forecast(configuration, {"a": "b"}, MONDAY, HOUR) == forecast(
        configuration, {"a": "b"}, MONDAY, HOUR
    )


def test_what_would_go_on_too_long_is_cut() -> None:
    entries = forecast(alone(), {"a": "b"}, MONDAY, 1000 * DAY, decisions=50)
    assert entries[-1].kind == "cut"
    assert all(earlier.after <= later.after for earlier, later in pairwise(entries))


def test_an_answer_that_is_overdue_is_told_of_between_the_steps() -> None:
    loud = policy("loud", step("5m", "user:bo"), step("10m", "user:bo"), answer_within="7m")
    conf = configured(route("", policy="loud", wait="30s"), users=PEOPLE, policies=[loud])
    assert told(conf, "8m") == [
        ("0:30", "opened", "loud"),
        ("0:30", "page", "user:bo/sms"),
        ("5:30", "page", "user:bo/sms"),
        ("7:30", "answer_overdue", ""),
    ]
