"""Where we differ from Alertmanager 0.25 on purpose: what each does, side by side.

The list is in docs/alertmanager.md. A random sequence is not compared beyond one of these.
"""

import json
import re
from pathlib import Path
from typing import Any

import anyio
import pytest
from differential.compare import Message, message
from differential.happenings import Step
from differential.pair import Played, pair, play

ALWAYS = [{"name": "always", "time_intervals": [{"months": ["1:12"]}]}]
MUTED = {"matchers": ["alertname=Muted"], "mute_time_intervals": ["always"]}
SLOW = {"matchers": ["alertname=Old"], "group_wait": "2500ms"}


WHOLE = {"matchers": ["alertname=~Whole.*"], "group_by": []}


def _yml(inbox: str) -> str:
    hook = {"url": f"{inbox}/r0"}
    route = {"receiver": "r0", "group_by": ["alertname"], "routes": [MUTED, SLOW, WHOLE]}
    spans = {"group_wait": "500ms", "group_interval": "2s", "repeat_interval": "1h"}
    receivers = [{"name": "r0", "webhook_configs": [hook]}]
    return json.dumps({"route": route | spans, "receivers": receivers, "time_intervals": ALWAYS})


def _fires(at: float, name: str, host: str = "a", *, since: float | None = None) -> Step:
    alert: dict[str, Any] = {"labels": {"alertname": name, "host": host}}
    if since is not None:
        alert["startsAt"] = since
    return Step(at, "fire", alerts=[alert])


def _ends(at: float, name: str, host: str = "a") -> Step:
    return Step(at, "end", alerts=[{"labels": {"alertname": name, "host": host}, "endsAt": at}])


def _silence(name: str) -> dict[str, Any]:
    matchers = {"alertname": name, "host": "a"}.items()
    return {
        "matchers": [{"name": key, "value": text, "isRegex": False} for key, text in matchers],
        "startsAt": 1,
        "endsAt": 600,
        "createdBy": "ana",
        "comment": "known",
    }


STEPS = [
    _fires(0, "Silenced"),
    Step(1, "silence", silence="s1", body=_silence("Silenced")),
    _ends(2, "Silenced"),
    Step(3, "expire", silence="s1", ends=True),
    _fires(4, "Silenced"),
    _fires(0, "Hidden"),
    _fires(0, "Hidden", "b"),
    Step(1, "silence", silence="s2", body=_silence("Hidden")),
    _ends(1, "Hidden", "b"),
    Step(3, "expire", silence="s2", ends=True),
    _ends(3, "Hidden"),
    _fires(0, "Empty"),
    _ends(1, "Empty"),
    _fires(3, "Empty"),
    _fires(0, "Old"),
    _fires(1, "Old", "b", since=-3600),
    _fires(0, "Again"),
    _fires(0, "Again", "b"),
    _ends(1, "Again"),
    _ends(3, "Again"),
    _fires(3, "Again", "c"),
    _fires(0, "Unheard"),
    _ends(1, "Unheard", "b"),
    _ends(0, "Unseen"),
    _fires(1, "Unseen", "b"),
    _fires(0, "Whole1"),
    _fires(0, "Whole2"),
    _fires(0, "Muted"),
    Step(1.75, "look", look='/api/v2/alerts/groups?filter=alertname="Muted"'),
    Step(5.75, "the end", look="/api/v2/alerts"),
]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """What both did, all of it in one run."""
    return anyio.run(_play, tmp_path_factory.mktemp("pair"))


async def _play(folder: Path) -> Played:
    async with pair(folder, _yml) as sides:
        return await play(sides, sorted(STEPS, key=lambda step: step.at))


def told(played: Played, name: str) -> tuple[list[str], list[str]]:
    """What each side told of the group with this name, as `half second: alerts`."""
    theirs, ours = (
        [_line(each) for each in (message(x, played) for x in letters) if _is(each, name)]
        for letters in played.letters
    )
    return theirs, ours


def _is(found: Message, name: str) -> bool:
    names = {alert["labels"]["alertname"] for alert in found.body["alerts"]}
    return any(each.startswith(name) for each in names)


def _line(found: Message) -> str:
    alerts = (f"{alert['status']} {alert['labels']['host']}" for alert in found.body["alerts"])
    return f"{int(found.at * 2) / 2:g}: {', '.join(alerts)}"


def test_who_was_told_is_told_of_the_end_though_it_is_silenced_meanwhile(played: Played) -> None:
    theirs, ours = told(played, "Silenced")
    assert theirs == ["0.5: firing a"]
    assert ours[:2] == ["0.5: firing a", "2.5: resolved a"]


def test_who_was_told_is_told_of_the_end_though_other_news_came_between(played: Played) -> None:
    theirs, ours = told(played, "Hidden")
    assert theirs == ["0.5: firing a, firing b", "2.5: resolved b"]
    assert ours == [*theirs, "4.5: resolved a"]


def test_what_fires_again_after_it_ended_silenced_is_news(played: Played) -> None:
    theirs, ours = told(played, "Silenced")
    assert theirs == ["0.5: firing a"], "the log remembers it as firing until it is to be repeated"
    assert ours[2:] == ["4.5: firing a"]


def test_a_group_that_was_empty_begins_anew(played: Played) -> None:
    theirs, ours = told(played, "Empty")
    assert theirs == ["0.5: firing a", "2.5: resolved a", "4.5: firing a"]
    assert ours == ["0.5: firing a", "2.5: resolved a", "3.5: firing a"]


def test_only_the_alert_that_opens_a_group_makes_it_hurry(played: Played) -> None:
    theirs, ours = told(played, "Old")
    assert theirs[0] == "1: firing a, firing b"
    assert ours[0] == "2.5: firing a, firing b"


def test_an_end_is_told_once_however_often_it_is_reported(played: Played) -> None:
    theirs, ours = told(played, "Again")
    both = ["0.5: firing a, firing b", "2.5: resolved a, firing b"]
    assert theirs == [*both, "4.5: resolved a, firing b, firing c"]
    assert ours == [*both, "4.5: firing b, firing c"]


def test_the_end_of_what_nobody_reported_as_firing_is_no_news(played: Played) -> None:
    theirs, ours = told(played, "Unheard")
    assert theirs == ["0.5: firing a", "2.5: firing a, resolved b"]
    assert ours == ["0.5: firing a"]


def test_the_end_of_what_nobody_reported_as_firing_opens_no_group(played: Played) -> None:
    theirs, ours = told(played, "Unseen")
    assert theirs == ["2.5: firing b"]
    assert ours == ["1.5: firing b"]


def test_an_empty_group_by_puts_all_of_a_route_together(played: Played) -> None:
    theirs, ours = told(played, "Whole")
    assert theirs == ["0.5: firing a", "0.5: firing a"]
    assert ours == ["0.5: firing a, firing a"]


def test_groups_name_the_interval_that_mutes_them(played: Played) -> None:
    look = next(each for each in played.answers if each[0].look.endswith('"Muted"'))
    theirs, ours = (side[0][1][0]["alerts"][0]["status"] for side in look[1:])
    assert (theirs["state"], "mutedBy" in theirs) == ("active", False)
    assert (ours["state"], ours["mutedBy"]) == ("suppressed", ["always"])


def test_every_deviation_that_is_documented_names_a_test_that_exists() -> None:
    top = Path(__file__).parents[2]
    page = (top / "docs" / "alertmanager.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    rows = [line for line in page.splitlines() if line.startswith(("| ", "* "))]
    assert len(named) >= len(rows) - 2, "each row and each point names one"
    missing = [
        f"{path}::{test}" for path, test in named if f"def {test}(" not in (top / path).read_text()
    ]
    assert missing == []
