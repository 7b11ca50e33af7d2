"""Named spans of the calendar, by which routes are muted or active."""

from router.config.table import Table
from router.config.zone import zone
from router.core.interval import (
    Interval,
    IntervalError,
    Range,
    parse_days_of_month,
    parse_months,
    parse_time_range,
    parse_weekdays,
    parse_years,
)


def read(root: Table, timezone: str) -> dict[str, tuple[Interval, ...]]:
    """The spans by name; `timezone` is for those that name none."""
    return {
        name: tuple(_interval(table, timezone) for table in tables)
        for name, tables in root.named_lists("intervals").items()
    }


def spans(table: Table, key: str, timezone: str) -> tuple[Interval, ...]:
    """Spans that stand in another table, without a name."""
    return tuple(_interval(each, timezone) for each in table.tables(key))


def _interval(table: Table, timezone: str) -> Interval:
    return Interval(
        times=tuple(filter(None, map(_times, table.tables("times")))),
        weekdays=table.parsed_list("weekdays", parse_weekdays, example="monday:friday"),
        days_of_month=table.parsed_list(
            "days_of_month", parse_days_of_month, example="1:5", numbers=True
        ),
        months=table.parsed_list("months", parse_months, example="december", numbers=True),
        years=table.parsed_list("years", parse_years, example="2026:2028", numbers=True),
        location=table.parsed("location", zone, timezone),
    )


def _times(table: Table) -> Range | None:
    start, end = table.text("start_time", None), table.text("end_time", None)
    for key in ("start_time", "end_time"):
        table.need(key, f'needs {key}, such as "09:00"')
    if start is None or end is None:
        return None
    try:
        return parse_time_range(start, end)
    except IntervalError as error:
        table.problem(str(error))
        return None
