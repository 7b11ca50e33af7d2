"""A store that the first schema made goes on under the newest one."""

import json
from contextlib import closing
from pathlib import Path

import msgspec
from support.things import POLICY, WALL

from router.core.incident import Status
from router.core.moment import HOUR, MINUTE
from router.store.migrate import migrate, packaged
from router.store.store import Store
from router.store.writer import connect

CLOCK = "INSERT INTO clock VALUES (1, ?, ?, 0, 'boot', 0, 0, 4, 0, 0)"
INCIDENT = """
INSERT INTO incident (number, grp, status, version, round, step, ran, next_due, step_due, held,
    muted, reached, heard, exhausted, severity, opened_at, answered_at, answered_by, resolved_at,
    title, failures, resolved_seq, policy)
VALUES (?, ?, ?, 3, 0, 1, 1, ?, ?, 0, 0, 1, 0, 0, 4, ?, 0, ?, ?, 'Disk', 0, 0, ?)
"""


def _made(path: Path) -> None:
    """Three incidents as the first version wrote them, ten hours after it was first started."""
    policy = msgspec.to_builtins(POLICY)
    for later in ("answer_within", "on_edit", "flap_window"):
        del policy[later]
    for step in policy["steps"]:
        for later in ("multi_ack", "id"):
            step.pop(later, None)
    text = json.dumps(policy).encode()
    with closing(connect(path)) as db:
        migrate(db, path, packaged()[:1])
        db.execute(CLOCK, (10 * HOUR, WALL))
        rows = [
            (1, 1, "triggered", 10 * HOUR, 10 * HOUR, WALL - HOUR, "", 0, text),
            (2, 2, "acknowledged", None, None, WALL - 2 * HOUR, "ana", 0, text),
            (3, 3, "resolved", None, None, WALL - 3 * HOUR, "bo", WALL - MINUTE, text),
            (4, 4, "triggered", None, None, WALL + HOUR, "", 0, text),
        ]
        for row in rows:
            db.execute(INCIDENT, row)
        db.executemany("INSERT INTO member VALUES (?, ?)", [(2, 5), (1, 8), (1, 5)])
        events = [(1, "fired", 5, 1, 0), (2, "grouped", 0, 1, 1), (3, "fired", 8, 1, 0)]
        for seq, kind, alert, group, incident in events:
            values = (seq, WALL, kind, alert, group, incident, b"{}")
            db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", values)


async def test_its_incidents_are_as_they_were(tmp_path: Path) -> None:
    _made(tmp_path / "tocsin.db")
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        rang, taken, odd = (await store.load()).incidents
        over = await store.incident(3)
    assert (rang.number, rang.status, rang.next_due) == (1, Status.TRIGGERED, 10 * HOUR)
    assert (rang.acknowledged_by, rang.opened_due, rang.answer_due) == ((), 9 * HOUR, None)
    assert (taken.number, taken.status) == (2, Status.ACKNOWLEDGED)
    assert (taken.acknowledged_by, taken.opened_due) == (("ana",), 8 * HOUR)
    assert odd.opened_due == 10 * HOUR, "a clock that was set back makes nothing older"
    assert over is not None
    assert (over.status, over.answered_by) == (Status.RESOLVED, "bo")
    assert rang.policy == taken.policy == POLICY
    assert (tmp_path / "tocsin.db.version-1").exists()


async def test_its_members_and_timelines_are_as_they_were(tmp_path: Path) -> None:
    _made(tmp_path / "tocsin.db")
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        assert (await store.load()).members == [(1, 5), (2, 5), (1, 8)]
        for _ in range(2):
            assert [record.seq for record in await store.timeline(1)] == [1, 2, 3]
            await store.prune(WALL)
