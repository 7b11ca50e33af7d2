"""The configuration as the API shows it to those who expect an alertmanager.yml."""

import pytest
import yaml
from support.routes_file import read

from router.core.moment import DAY, HOUR, MINUTE, SECOND
from router.web.v2.original import original, span

ROUTES = """
[policies.night]
steps = [{ notify = ["receiver:ops"], wait = "5m" }]
[receivers.ops]
webhook = [{ url = "http://127.0.0.1/hook", secret = "hush" }]
[route]
receiver = "ops"
group_by = ["..."]
[[route.routes]]
matchers = ['severity="critical"']
policy = "night"
group_wait = "0s"
"""


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0s"),
        (SECOND // 2, "500ms"),
        (90 * SECOND, "1m30s"),
        (HOUR, "1h"),
        (120 * HOUR, "5d"),
        (14 * DAY, "2w"),
        (730 * DAY, "2y"),
        (15 * DAY + MINUTE, "15d1m"),
    ],
)
def test_a_duration_is_written_as_prometheus_does(microseconds: int, text: str) -> None:
    assert span(microseconds) == text


def test_a_route_says_what_it_does_not_inherit_and_a_policy_appears_as_a_receiver() -> None:
    shown = original(read(ROUTES).configuration)
    assert "hush" not in shown
    assert "hook" not in shown
    written = yaml.safe_load(shown)
    child = {"receiver": "night", "matchers": ['severity="critical"'], "continue": False}
    root = {"receiver": "ops", "group_by": ["..."], "continue": False}
    assert written["route"] == {**root, "routes": [{**child, "group_wait": "0s"}]}
    assert written["receivers"] == [{"name": "ops"}, {"name": "night"}]
