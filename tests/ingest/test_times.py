"""Points in time, in every shape senders have for them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.moment import from_datetime, to_datetime
from router.errors import DecodeError
from router.ingest.times import any_moment, moment

NOON = from_datetime(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-11-20T12:00:00Z", NOON, id="no fraction"),
        pytest.param("2026-11-20T12:00:00.5Z", NOON + 500_000, id="one digit"),
        pytest.param("2026-11-20T12:00:00.123456789Z", NOON + 123_456, id="nine digits are cut"),
        pytest.param("2026-11-20T12:00:00.9999999Z", NOON + 999_999, id="cut, never rounded up"),
        pytest.param("2026-11-20T12:00:00,5Z", NOON + 500_000, id="a comma"),
        pytest.param("2026-11-20T14:00:00+02:00", NOON, id="an offset to the east"),
        pytest.param("2026-11-20T06:30:00-05:30", NOON, id="an offset to the west"),
        pytest.param("2026-11-20T14:00:00+0200", NOON, id="an offset without a colon"),
        pytest.param("2026-11-20 12:00:00", NOON, id="a blank and no zone is UTC"),
        pytest.param("2026-11-20T12:00:00", NOON, id="no zone is UTC"),
        pytest.param("2026-11-20T12:00Z", NOON, id="no seconds"),
        pytest.param("2026-11-20 12:00:00 +0000 UTC", NOON, id="as Go prints it"),
        pytest.param("0001-01-01T00:00:00.000Z", None, id="year 1 is not set"),
        pytest.param("0001-01-01T00:00:00+02:00", None, id="year 1 somewhere is not set"),
        pytest.param("0000-01-01T00:00:00Z", None, id="year 0 is not set"),
        pytest.param("", 0, id="an empty text is 1970"),
        pytest.param(None, None, id="a missing time is not set"),
    ],
)
def test_a_time_is(text: str | None, expected: int | None) -> None:
    assert moment(text) == expected
    assert moment(text) == expected, "and the same when it is asked for again"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x", id="a word"),
        pytest.param("2026-11-20", id="a date alone"),
        pytest.param("2026-02-30T12:00:00Z", id="a day that is not"),
        pytest.param("2026-11-20T24:00:00Z", id="hour 24"),
        pytest.param("2026-11-20T12:00:60Z", id="second 60"),
        pytest.param("2026-11-20T12:00:00+25:00", id="an offset beyond a day"),
        pytest.param("٢٠٢٦-11-20T12:00:00Z", id="digits of another script"),
        pytest.param("2026-11-20T12:00:00." + "1" * 100 + "Z", id="endless fractions"),
    ],
)
def test_it_is_no_time(text: str) -> None:
    with pytest.raises(DecodeError, match=r'^parsing time "'):
        moment(text)


@given(
    st.datetimes(min_value=datetime(2, 1, 2), max_value=datetime(9999, 12, 30)),  # noqa: DTZ001
    st.integers(-23 * 60, 23 * 60),
)
def test_every_time_python_writes_is_read_back(local: datetime, minutes: int) -> None:
    zoned = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(zoned.isoformat()) == from_datetime(zoned)


@given(
    st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9]{2}:[0-9]{2}:[0-9]{2}.[0-9]{1,9}(Z|\+1[0-9]:00|-1[0-9]:00)",
        fullmatch=True,
    )
)
def test_whatever_is_read_can_be_shown(text: str) -> None:
    try:
        wall = moment(text)
    except DecodeError:
        return
    assert wall is None or to_datetime(wall).year > 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(NOON // 1_000_000, NOON, id="seconds"),
        pytest.param(NOON / 1_000_000, NOON, id="seconds as a fraction"),
        pytest.param(NOON // 1_000, NOON, id="milliseconds"),
        pytest.param(NOON, NOON, id="microseconds"),
        pytest.param(NOON * 1_000, NOON, id="nanoseconds"),
        pytest.param(str(NOON // 1_000), NOON, id="milliseconds as text"),
        pytest.param(
            f"{NOON // 1_000_000}.25", NOON + 250_000, id="seconds as text with a fraction"
        ),
        pytest.param(" 2026-11-20T12:00:00Z ", NOON, id="blanks around it"),
        pytest.param("", None, id="an empty text says nothing"),
        pytest.param(0, None, id="zero says nothing"),
        pytest.param(True, None, id="a truth value says nothing"),
        pytest.param(-5, None, id="a negative number says nothing"),
        pytest.param(float("inf"), None, id="infinity says nothing"),
        pytest.param(10**30, None, id="a huge number says nothing"),
        pytest.param("yesterday", None, id="a word says nothing"),
        pytest.param("2014-05-02 14:21:40 PDT", None, id="a zone by name says nothing"),
        pytest.param({"at": 1}, None, id="an object says nothing"),
    ],
)
def test_any_shape_of_time_is(value: object, expected: int | None) -> None:
    assert any_moment(value) == expected
