"""What is wrong with a request is answered as Alertmanager answers it."""

import json
import re
from pathlib import Path
from typing import Any

import anyio
import pytest
from differential.pair import JSON, Side, pair

ALERTS, GROUPS = "/api/v2/alerts", "/api/v2/alerts/groups"
SILENCES, SILENCE = "/api/v2/silences", "/api/v2/silence/"
NOBODY = "11111111-2222-4333-8444-555555555555"
Asked = tuple[str, str, str | None, dict[str, str]]
Answered = tuple[int, str, str]


def _yml(inbox: str) -> str:
    receivers = [{"name": "r0"}, {"name": "r.1", "webhook_configs": [{"url": inbox}]}]
    route = {"receiver": "r0", "group_by": ["alertname"], "group_wait": "1h"}
    below = [{"matchers": ['a="b"'], "receiver": "r.1"}]
    return json.dumps({"route": {**route, "routes": below}, "receivers": receivers})


def _alert(**changes: object) -> Asked:
    return "POST", ALERTS, json.dumps([{"labels": {"a": "b"}} | changes]), JSON


def _silence(*without: str, **changes: object) -> Asked:
    body: dict[str, Any] = {
        "matchers": [{"name": "x", "value": "y", "isRegex": False}],
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
        "createdBy": "ana",
        "comment": "",
    }
    kept = {key: value for key, value in (body | changes).items() if key not in without}
    return "POST", SILENCES, json.dumps(kept), JSON


def _matcher(**matcher: object) -> Asked:
    return _silence(matchers=[matcher])


def _get(path: str, **headers: str) -> Asked:
    return "GET", path, None, headers


def _post(path: str, body: str, **headers: str) -> Asked:
    return "POST", path, body, {"Content-Type": headers.get("kind", "application/json")}


ALIKE = [
    *(_get(f"{ALERTS}?{query}") for query in ("active=x", "active=", "silenced=off", "nothing=1")),
    *(_get(f"{path}?filter=a%3Db,c%3Dd") for path in (ALERTS, GROUPS, SILENCES)),
    _get(ALERTS, Accept="text/html"),
    _get(ALERTS, Accept="text/html, */*"),
    _get("/api/v2/x"),
    _get("/api/v2/"),
    _get(SILENCE),
    _get("/api/v2/receivers"),
    _post("/api/v2/receivers", "x"),
    _post("/api/v2/status", "x"),
    *(_post(ALERTS, body) for body in ("[]", "null", "", "[{}]", '[{"labels":null}]')),
    _post(ALERTS, "[]", kind="text/plain"),
    _post(ALERTS, "[]", kind="application/json; charset=utf-8"),
    _alert(labels={}),
    _alert(labels={"a": ""}),
    _alert(labels={"": "c"}),
    _alert(startsAt="", endsAt=""),
    _alert(startsAt="2026-01-02T00:00:00Z", endsAt="2026-01-01T00:00:00Z"),
    _alert(startsAt="2098-01-02T00:00:00Z"),
    _alert(generatorURL="::"),
    _alert(generatorURL="x"),
    _alert(generatorURL="http://x/"),
    _alert(unknown=1, annotations={"x": ""}),
    _silence(),
    *map(_silence, ("matchers", "startsAt", "endsAt", "createdBy", "comment")),
    _silence("startsAt", "comment"),
    _silence(matchers=[]),
    _silence(comment=None),
    _silence(endsAt="2020-01-01T00:00:00Z"),
    _silence(startsAt="2020-01-01T00:00:00Z", endsAt="2020-01-02T00:00:00Z"),
    _silence(startsAt="2098-01-01T00:00:00Z", endsAt="2097-01-01T00:00:00Z"),
    _silence(startsAt="0001-01-01T00:00:00Z"),
    *(_silence(id=known) for known in ("", NOBODY, "nope")),
    _matcher(name="x", value="y"),
    _matcher(value="y", isRegex=True),
    _matcher(name="x", isRegex=True),
    _matcher(name="x", value="", isRegex=False),
    _matcher(name="x", value=".*", isRegex=True),
    _matcher(name="x", value="q", isRegex=False, isEqual=False),
    _post(SILENCES, "{}"),
    _post(SILENCES, ""),
    _post(SILENCES, "{}", kind="text/plain"),
    _get(SILENCE + NOBODY),
    _get(SILENCE + "nope"),
    ("DELETE", SILENCE + "nope", None, {}),
]
WORDED = [
    *(_get(f"{path}?filter={text}") for path in (ALERTS, SILENCES) for text in ("a", "a%3D~(")),
    _get(f"{GROUPS}?filter=%7Ba%3D%22b%22%7D"),
    *(_get(f"{path}?receiver=(") for path in (ALERTS, GROUPS)),
    *(_post(ALERTS, body) for body in ("{}", "[", "[3]", '[{"labels":{"a":1}}]')),
    _alert(startsAt=3),
    _alert(startsAt="x"),
    _post(SILENCES, "[]"),
    _silence(startsAt="x"),
    _silence(createdBy=3),
    _matcher(name="x", value="(", isRegex=True),
    _matcher(name="", value="z", isRegex=False),
    *((method, ALERTS, None, {}) for method in ("PUT", "DELETE", "OPTIONS", "PATCH")),
]


def _shape(text: str) -> str:
    """What kind of JSON it is: a text, or an object with which keys and code."""
    body = json.loads(text) if text else None
    if isinstance(body, dict):
        return f"{sorted(body)} {body.get('code')}"
    return type(body).__name__


async def _ask(side: Side, asked: Asked) -> Answered:
    method, path, body, headers = asked
    async with side.session.request(
        method, side.url + path, data=body, headers=headers, allow_redirects=False
    ) as answer:
        text = await answer.text()
        kind = answer.headers.get("Content-Type", "")
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text).strip()
        return answer.status, kind, re.sub(r',"labels":{"name":"r\.?\d"}', "", text)  # Since 0.33.


async def _all(folder: Path) -> dict[int, tuple[Answered, Answered]]:
    async with pair(folder, _yml) as (theirs, ours):
        asked = [*ALIKE, *WORDED, *NEWER, *TIMES]
        return {id(each): (await _ask(theirs, each), await _ask(ours, each)) for each in asked}


NEWER = [
    _alert(labels={"a-b": "c"}),
    _alert(annotations={"x-y": "1"}),
    _matcher(name="x-y", value="z", isRegex=False),
    _get("/api/v1/alerts"),
    ("DELETE", SILENCE + NOBODY, None, {}),
]
TIMES = [
    _alert(
        labels={"alertname": "z"},
        startsAt="2026-11-20 20:00:00",
        endsAt="2099-01-01T00:00:00+02:00",
    ),
    _get(f"{ALERTS}?filter=alertname=z"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Answered, Answered]]:
    """What both answered to everything here."""
    return anyio.run(_all, tmp_path_factory.mktemp("pair"))


def _name(asked: Asked) -> str:
    return " ".join(filter(None, asked[:3]))


@pytest.mark.parametrize("asked", ALIKE, ids=_name)
def test_answered_alike(asked: Asked, answers: dict[int, tuple[Answered, Answered]]) -> None:
    theirs, ours = answers[id(asked)]
    if asked[:2] == ("GET", ALERTS) or asked[1].startswith((f"{ALERTS}?", f"{GROUPS}?")):
        theirs, ours = ((status, kind, _shape(text)) for status, kind, text in (theirs, ours))
    assert ours == theirs


@pytest.mark.parametrize("asked", WORDED, ids=_name)
def test_refused_alike(asked: Asked, answers: dict[int, tuple[Answered, Answered]]) -> None:
    theirs, ours = ((*each[:2], _shape(each[2])) for each in answers[id(asked)])
    assert ours == theirs
    assert ours[0] >= 400


def test_what_newer_versions_answer(answers: dict[int, tuple[Answered, Answered]]) -> None:
    theirs, ours = zip(*(answers[id(asked)] for asked in NEWER), strict=True)
    assert [each[0] for each in theirs] == [400, 400, 400, 200, 500]
    assert [each[0] for each in ours] == [200, 200, 200, 404, 404]


def test_times_are_shown_in_utc(answers: dict[int, tuple[Answered, Answered]]) -> None:
    theirs, ours = (json.loads(each[2])[0] for each in answers[id(TIMES[1])])
    assert theirs["startsAt"] == ours["startsAt"] == "2026-11-20T20:00:00.000Z"
    assert theirs["endsAt"] == "2099-01-01T00:00:00.000+02:00"
    assert ours["endsAt"] == "2098-12-31T22:00:00.000Z"
