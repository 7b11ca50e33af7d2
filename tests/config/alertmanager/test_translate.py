"""Routes, times and inhibition rules of an alertmanager.yml mean here what they mean there."""

import pytest
from support.alertmanager_loaded import loaded

from router.core.inhibition import Inhibitor
from router.core.moment import MINUTE, SECOND
from router.errors import ConfigError

TIMES = """
global: {resolve_timeout: 90s}
route:
  receiver: ops
  group_by: [team]
  group_interval: 1m
  routes:
    - {match_re: {team: a|b}, match: {env: "x y"}, group_by: [], repeat_interval: 20y}
    - {matchers: ['{team="c", env!~"d"}'], group_by: null, active_time_intervals: [never, n, n]}
receivers: [{name: ops}]
mute_time_intervals: [{name: n, time_intervals: [{months: [1:2], times: [{start_time: 01:00, end_time: 24:00}]}]}]
time_intervals: [{name: never, time_intervals: [{weekdays: []}, {months: ["13"]}]}]
inhibit_rules:
  - {equal: [a, a], target_match_re: {severity: warn.*}, name: x}
  - {source_match: {severity: critical}, name: x}
"""  # noqa: E501


def test_routes_times_and_rules_mean_the_same() -> None:
    conf = loaded(TIMES).configuration
    first, second = conf.tree.root.routes
    assert conf.resolve_timeout == 90 * SECOND
    assert first.key == '{}/{env="x y",team=~"^(?:a|b)$"}'
    assert (first.group_by, second.group_by) == ((), ("team",))
    assert (first.group_interval, first.group_wait) == (MINUTE, 30 * SECOND)
    assert second.active_time_intervals == ("never", "n")
    assert conf.intervals["never"] == (), "no moment is in it"
    assert conf.intervals["n"][0].times == ((60, 24 * 60),)
    assert [rule.equal for rule in conf.inhibit] == [("a",), ()]


def test_a_rule_that_asks_for_nothing_asks_for_nothing() -> None:
    inhibitor = Inhibitor(loaded(TIMES).configuration.inhibit[:1])
    inhibitor.put(1, {"a": "1"})
    assert inhibitor.inhibited_by({"a": "1", "severity": "warning"}) == (0, 1)
    assert inhibitor.inhibited_by({"a": "2", "severity": "warning"}) is None


def test_local_time_is_refused_as_each_machine_has_its_own() -> None:
    text = TIMES.replace("{weekdays: []}", "{location: Local}")
    with pytest.raises(ConfigError, match="Local is another zone on each machine"):
        loaded(text)
