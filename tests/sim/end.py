"""What must be so in the end: nothing is owed, nothing waits, and nobody believes what is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import anyio
from sim.case import Case
from sim.facts import firing
from sim.life import Life
from sim.plot import CLUSTERS, DEAF, RANKS, SEVERITIES, labels_of
from sim.sources import REPEATING
from support.consistent import check_state, check_stored

from router.core.incident import Status
from router.core.labels import canonical
from router.core.moment import MINUTE

if TYPE_CHECKING:
    from sim.world import World

AWAY = 3  # Hours for which nobody answers once everything has healed …
CALM = 2  # … then everything was taken, and at last everything ends:
DAY = 24  # so many in all, or fewer when nothing is known or kept that could still do anything …
_IDLE = 12  # … and was not for so many looks, five minutes apart.
_SETTLED = 10 * MINUTE
_IDENTITIES = {
    (cluster, name): canonical(labels_of(cluster, name))
    for cluster in CLUSTERS
    for name in SEVERITIES
}


class End:
    """Looks at the state of a process, and at the world once it has healed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._watch = world.watch
        self._told: dict[str, dict[int, tuple[bool, int]]] = {}

    def compare(self, life: Life) -> None:
        """What is known is what was promised, what is stored is what is known."""
        watch, state, wall = self._watch, life.loop.state, self._world.machine.wall
        watch.calling.compare(state)
        watch.duty.compare(state.overrides)
        for key, identity in _IDENTITIES.items():
            alert, known = watch.facts.alerts[key], state.alerts.get(identity)
            fires = known is not None and known.firing
            if watch.facts.fires(key, watch.service) and not fires:
                watch.wrong(key[0], f"{key[1]} of {key[0]} was accepted and does not fire {alert}")
            if watch.facts.over(key) and fires:
                watch.wrong(key[0], f"{key[1]} of {alert.cluster} was resolved and fires")
        for name, quiet in watch.silences.known.items():
            lasts = quiet.sure and watch.silences.stepped < quiet.at and quiet.ends_at > wall
            if lasts and state.silences.get(name) is None:
                watch.wrong("", f"silence {name} was accepted and is gone")
        for case in watch.cases.known.values():
            incident = state.incidents.get(case.number)
            if incident is None:
                continue
            if case.over:
                watch.wrong(case.cluster, f"incident {case.number} was resolved and is open")
            if incident.ringing and watch.answers.taken(case):
                watch.wrong(case.cluster, f"incident {case.number} was taken and rings")
            if incident.ringing and watch.answers.asleep(case):
                watch.wrong(case.cluster, f"incident {case.number} was put off and rings")
            sleeps = incident.status is Status.SNOOZED and not incident.held
            if sleeps and watch.answers.oversleeps(case):
                watch.wrong(case.cluster, f"incident {case.number} does not wake")

    def booted(self, life: Life) -> None:
        """What a start has found is consistent, and is what was promised."""
        self.compare(life)
        self.check(life, stored=False)

    def check(self, life: Life, *, stored: bool) -> None:
        """Every index of the state agrees, something waits wherever it must, and rows are state."""
        try:
            check_state(life.loop.state)
            if stored and not self._watch.committing:
                check_stored(life.loop.state, self._world.disk.rows)
        except (AssertionError, LookupError) as error:
            self._watch.wrong("", f"state: {error!r}")

    async def watch(self) -> None:
        """Heal, and see that the service does what it owes; a while after nothing is left, end."""
        world, watch = self._world, self._watch
        world.people.busy = False
        world.heal()
        for name in sorted(world.people.silences):
            await world.people.unsilence(name)
        for source in world.sources:
            source.moving = False
        for act in (self._away, self._everybody_takes, self._all_ends):
            if not watch.history.broken:
                await act()
        if not watch.history.broken:
            self._nothing_is_left()

    async def _away(self) -> None:
        await self._hours(AWAY, ringing=True)

    async def _all_ends(self) -> None:
        life = self._world.life
        assert life is not None
        for number in [n for n, one in life.loop.state.incidents.items() if one.raised]:
            await self._world.people.close(number)
        for source in self._world.sources:
            for key in source.firing:
                if source.firing[key] or not self._watch.facts.over(key):
                    source.turn(key, firing=False)
        await self._hours(DAY - AWAY - CALM, ringing=False)
        if self._world.gathers:  # What was gathered before an edit has its hour, too.
            await self._hours(8, ringing=False)

    async def _hours(self, hours: int, *, ringing: bool) -> None:
        since, idle = self._world.machine.passed, 0
        for _ in range(hours * 12):
            await anyio.sleep(300.0)
            life, passed = self._world.life, self._world.machine.passed - since
            idle = 0 if self._left() else idle + 1
            if self._watch.history.broken or life is None or idle > _IDLE:
                return
            self.check(life, stored=True)
            if passed > _SETTLED:
                self._watch.crowd.nobody_waits_in_vain()
                self._watch.queues.nothing_lingers()
                self._everybody_knows()
                self._everything_is_taken()
            if ringing and passed > 80 * MINUTE:
                self._it_rings()

    async def _everybody_takes(self) -> None:
        life = self._world.life
        assert life is not None
        for number in sorted(life.loop.state.incidents):
            await self._world.people.take(number, "user:ana", 1.0)
        await self._hours(CALM, ringing=False)

    def _it_rings(self) -> None:
        """Where something fires that nobody has taken, somebody is rung."""
        watch, plot = self._watch, self._watch.plot
        if plot is None:
            return
        for cluster in CLUSTERS:
            urgent = [name for _, name in self._unanswered(cluster)]
            last = watch.attempts.last_page.get(cluster, 0)
            if (
                urgent
                and not watch.silences.may_hold(cluster)
                and watch.service - last > 36 * MINUTE
            ):
                watch.wrong(cluster, f"nobody is rung for {', '.join(urgent)} of {cluster}")

    def _unanswered(self, cluster: str) -> Iterator[tuple[str, str]]:
        watch, plot = self._watch, self._watch.plot
        assert plot is not None
        cases = [c for c in watch.cases.known.values() if c.cluster == cluster]
        for name in firing(watch.facts, cluster, list(plot.policies), watch.service):
            mine = [c for c in cases if (cluster, name) in c.members]
            rank = RANKS.index(SEVERITIES[name])
            answered = any(
                self._may_be_quiet(c)
                and c.over is not True
                and not (c.taken and rank > max(c.worst, c.peak))
                for c in mine
            )
            closed = any(c.over and watch.service - c.stirred < 90 * MINUTE for c in mine)
            if not (answered or closed or watch.explained((cluster, name))):
                yield cluster, name

    def _may_be_quiet(self, case: Case) -> bool:
        """Whether somebody answered it, perhaps, or nobody is there to be rung."""
        answers, duty = self._watch.answers, self._watch.duty
        return case.taken is not False or answers.may_sleep(case) or duty.may_ring_nobody(case)

    def _everybody_knows(self) -> None:
        """Every receiver believes what is so."""
        watch, plot = self._watch, self._watch.plot
        if plot is None:
            return
        for key in watch.facts.alerts:
            steady = watch.service - watch.facts.steady_since(key[0], watch.service)
            if steady < _SETTLED:
                continue
            for target, (fires, at) in sorted(watch.attempts.believes.get(key, {}).items()):
                if fires and watch.facts.over(key) and target not in DEAF:
                    watch.wrong(key[0], f"{target} believes that {key[1]} of {key[0]} fires")
                assert at <= watch.service
            kept = any(
                key in c.members and c.opened <= watch.reloaded and not c.over
                for c in watch.cases.known.values()
            )
            if kept or watch.silences.may_hold(key[0]):
                continue
            if watch.facts.fires(key, watch.service) and not watch.explained(key):
                self._is_told(key)

    def _everything_is_taken(self) -> None:
        """Who comes again was heard, unless there is no room."""
        for source in self._world.sources:
            if source.name in REPEATING:
                for key, fires in source.firing.items():
                    if fires:
                        self._watch.room.is_taken(source.name, key)

    def _is_told(self, key: tuple[str, str]) -> None:
        watch, plot = self._watch, self._watch.plot
        assert plot is not None
        for told in plot.told[watch.facts.alerts[key].severity]:
            for target in told.targets:
                fires, at = watch.attempts.believes.get(key, {}).get(target, (False, 0))
                if not fires:
                    watch.wrong(key[0], f"{target} was not told of {key[1]} of {key[0]}")
                elif watch.service - at > told.repeat + told.interval + MINUTE:
                    watch.wrong(key[0], f"{target} was not reminded of {key[1]} of {key[0]}")

    def _nothing_is_left(self) -> None:
        self._watch.outbox.nobody_waits_for_an_end()
        for what, count in self._left().items():
            self._watch.wrong("", f"in the end {count} {what} are left")

    def _left(self) -> dict[str, int]:
        """What there is still to do, and how much of each."""
        life = self._world.life
        assert life is not None
        state = life.loop.state
        left = {
            "alerts": len(state.by_id),
            "groups": len(state.groups),
            "incidents": len(state.incidents),
            "deliveries": len(state.deliveries),
            "log entries": len(state.log),
            "stream entries": 0 if self._world.queue.empty else 1,
        }
        return {what: count for what, count in left.items() if count}
