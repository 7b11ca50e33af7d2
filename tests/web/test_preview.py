"""What a silence would hold back, looked at before it is made."""

from typing import Any

import pytest
from support.site import Site

PATH = "/api/v1/silences/preview"


def matcher(name: str, value: str, *, equal: bool = True, regex: bool = False) -> dict[str, Any]:
    return {"name": name, "value": value, "isEqual": equal, "isRegex": regex}


async def preview(here: Site, *matchers: dict[str, Any]) -> Any:
    async with here.http.post(PATH, json={"matchers": list(matchers)}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def fire(here: Site, *names: str) -> None:
    alerts = [{"labels": {"alertname": name}} for name in names]
    async with here.http.post("/api/v2/alerts", json=alerts) as answer:
        assert answer.status == 200


async def test_it_names_what_would_be_silenced_and_makes_nothing(here: Site) -> None:
    await fire(here, "Disk", "Cpu", "Net")
    told = await preview(here, matcher("alertname", "D.*", regex=True))
    assert (told["matched"], told["firing"], told["warnings"]) == (1, 3, [])
    assert [alert["labels"] for alert in told["alerts"]] == [{"alertname": "Disk"}]
    assert here.loop.state.silences.all() == ()


async def test_it_warns_of_what_is_wider_than_half_of_everything(here: Site) -> None:
    await fire(here, "Disk", "Cpu", "Net")
    told = await preview(here, matcher("alertname", "Disk|Cpu", regex=True))
    assert told["warnings"] == ["it silences 2 of the 3 alerts that fire now"]


async def test_it_warns_of_matchers_that_are_all_negative(here: Site) -> None:
    told = await preview(here, matcher("host", "a", equal=False))
    assert told["warnings"] == [
        "every matcher is negative: it silences whatever lacks these labels"
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 400),
        (b"{", 400),
        (b"{}", 422),
        (b'{"matchers": []}', 422),
        (b'{"matchers": [{"name": "a", "value": "(", "isRegex": true}]}', 400),
    ],
)
async def test_what_cannot_be_read_is_refused(here: Site, body: bytes, status: int) -> None:
    async with here.http.post(PATH, data=body) as answer:
        assert answer.status == status
