"""References mean whoever they mean at the moment."""

import pytest
from support.clocks import at
from support.configured import channel, configured, person, route
from support.rota import layer, schedule

from router.core.moment import MINUTE
from router.core.reach import reach

HOUSE = configured(
    route(to="ops"),
    users=[
        person("ana", "slack", later={"sms": "2m"}),
        person("bo", "sms"),
        person("cy"),
        person("di", "push"),
    ],
    receivers=[channel("ops")],
    teams={"web": ("ana", "bo"), "none": ()},
    schedules={
        "weekly": schedule(layer("ana", "bo", every="weekly")),
        "pair": schedule(layer("di+ana", "cy", every="weekly")),
        "office": schedule(layer("bo", restrict=("mon 09:00-17:00",))),
    },
)
FIRST, SECOND = "2026-01-05 12:00", "2026-01-12 12:00"


@pytest.mark.parametrize(
    ("notify", "moment", "targets", "empty"),
    [
        pytest.param(["user:bo"], FIRST, ["bo/sms"], [], id="a person"),
        pytest.param(["user:cy"], FIRST, [], ["user:cy"], id="one without a method"),
        pytest.param(["user:who"], FIRST, [], ["user:who"], id="one who is gone"),
        pytest.param(["team:web"], FIRST, ["ana/slack", "ana/sms", "bo/sms"], [], id="a team"),
        pytest.param(["team:none"], FIRST, [], ["team:none"], id="a team of nobody"),
        pytest.param(["schedule:weekly"], FIRST, ["ana/slack", "ana/sms"], [], id="who is on call"),
        pytest.param(["schedule:weekly"], SECOND, ["bo/sms"], [], id="and who is later"),
        pytest.param(
            ["schedule:pair"], FIRST, ["di/push", "ana/slack", "ana/sms"], [], id="all in the turn"
        ),
        pytest.param(
            ["schedule:pair"], SECOND, [], ["schedule:pair"], id="on call, but without a method"
        ),
        pytest.param(
            ["schedule:office"], "2026-01-05 17:00", [], ["schedule:office"], id="nobody on call"
        ),
        pytest.param(["schedule:gone"], FIRST, [], ["schedule:gone"], id="a schedule that is gone"),
        pytest.param(
            ["schedule:weekly", "user:ana", "schedule:office"],
            FIRST,
            ["ana/slack", "ana/sms", "bo/sms"],
            [],
            id="nobody twice",
        ),
    ],
)
def test_reach(notify: list[str], moment: str, targets: list[str], empty: list[str]) -> None:
    found, nobody = reach(HOUSE, notify, "urgent", at(moment))
    assert list(found) == [f"user:{target}" for target in targets]
    assert nobody == empty


def test_places_and_delays() -> None:
    found, _ = reach(HOUSE, ["receiver:ops", "schedule:weekly"], "urgent", at(FIRST))
    assert found == {
        "receiver:ops/slack/0": 0,
        "user:ana/slack": 0,
        "user:ana/sms": 2 * MINUTE,
    }
