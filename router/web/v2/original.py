"""The configuration in force as Alertmanager's own would be written, for who asks the API for it.

amtool reads it strictly, so it has the words of Alertmanager 0.25 alone. It shows the routing,
and of receivers their names: integrations and their secrets are nobody's business here.
"""

from collections.abc import Callable
from typing import Any

import yaml

from router.core.configuration import Configuration
from router.core.inhibition import InhibitRule
from router.core.interval import Interval, Range, weekday_name
from router.core.moment import DAY, HOUR, MINUTE, SECOND
from router.core.route import Route
from router.web.v2.shown import destination, receivers

_UNITS = (("y", 365 * DAY), ("w", 7 * DAY))
_SMALL_UNITS = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", SECOND // 1000))


def original(configuration: Configuration) -> str:
    """The configuration as the text of an alertmanager.yml.

    A policy without a receiver appears as one, for Alertmanager knows no policies.
    """
    written: dict[str, Any] = {"global": {"resolve_timeout": span(configuration.resolve_timeout)}}
    defaults = Route(id="", key="")
    written["route"] = _route(configuration.tree.root, defaults)
    if configuration.inhibit:
        written["inhibit_rules"] = [_rule(rule) for rule in configuration.inhibit]
    written["receivers"] = [{"name": name} for name in receivers(configuration)]
    written["templates"] = []
    if configuration.intervals:
        written["time_intervals"] = [
            {"name": name, "time_intervals": [_interval(each) for each in spans]}
            for name, spans in configuration.intervals.items()
        ]
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=1000)


def _route(route: Route, above: Route) -> dict[str, Any]:
    """What the route says itself, in the order in which Alertmanager writes it."""
    written: dict[str, Any] = {"receiver": destination(route)}
    if (route.group_by, route.group_by_all) != (above.group_by, above.group_by_all):
        written["group_by"] = ["..."] if route.group_by_all else list(route.group_by)
    if route.matchers:
        written["matchers"] = [str(matcher) for matcher in route.matchers]
    if route.mute_time_intervals:
        written["mute_time_intervals"] = list(route.mute_time_intervals)
    if route.active_time_intervals:
        written["active_time_intervals"] = list(route.active_time_intervals)
    written["continue"] = route.continue_
    if route.routes:
        written["routes"] = [_route(child, route) for child in route.routes]
    for name in ("group_wait", "group_interval", "repeat_interval"):
        if getattr(route, name) != getattr(above, name):
            written[name] = span(getattr(route, name))
    return written


def _rule(rule: InhibitRule) -> dict[str, Any]:
    written: dict[str, Any] = {
        "source_matchers": [str(matcher) for matcher in rule.source],
        "target_matchers": [str(matcher) for matcher in rule.target],
    }
    return written | ({"equal": list(rule.equal)} if rule.equal else {})


def _interval(interval: Interval) -> dict[str, Any]:
    written: dict[str, Any] = {
        "times": [{"start_time": _clock(a), "end_time": _clock(b)} for a, b in interval.times],
        "weekdays": [_range(each, weekday_name) for each in interval.weekdays],
        "days_of_month": [_range(each, str) for each in interval.days_of_month],
        "months": [_range(each, str) for each in interval.months],
        "years": [_range(each, str) for each in interval.years],
        "location": interval.location if interval.location != "UTC" else "",
    }
    return {name: value for name, value in written.items() if value}


def _range(pair: Range, name: Callable[[int], str]) -> str:
    first, last = map(name, pair)
    return first if first == last else f"{first}:{last}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def span(microseconds: int) -> str:
    """A duration as Prometheus prints it; years and weeks only when nothing is left over."""
    if not microseconds:
        return "0s"
    for unit, size in _UNITS:
        if microseconds % size == 0:
            return f"{microseconds // size}{unit}"
    text, rest = "", microseconds
    for unit, size in _SMALL_UNITS:
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text
