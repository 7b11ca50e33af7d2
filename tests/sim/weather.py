"""What goes wrong, and when: drawn from the seed, so that the same goes wrong again."""

from random import Random

import msgspec
from sim.plot import CLUSTERS, PLOTS
from sim.post import MOODS

from router.runtime.queue import EVENTS_MAX

TARGETS = (
    "user:ana/slack",
    "user:ana/sms",
    "user:bo/email",
    "receiver:ops/slack/0",
    "receiver:ops/webhook/0",
    "receiver:boss/slack/0",
    "receiver:dba/slack/0",
)
TROUBLES = (
    "kill",
    "kill",
    "stop",
    "power",
    "slow disk",
    "full disk",
    "mood",
    "mood",
    "mood",
    "clock",
    "edit",
    "redis",
    "calm",
)
STEPS = (1, 90, 3600, 86_400, 40 * 86_400, 365 * 86_400)
WHIMS = (
    "ack",
    "ack",
    "unack",
    "resolve",
    "silence",
    "unsilence",
    "snooze",
    "snooze",
    "unsnooze",
    "escalate",
    "reassign",
    "reassign",
    "relieve",
    "relieve",
    "summon",
    "summon",
    "page",
    "override",
    "override",
    "swap",
    "take back",
    "take back",
)


class Swarm(msgspec.Struct, frozen=True):
    """What this seed is about: the troubles it has, how often, and how people are.

    `minutes` lie between troubles, `between` the whims of people, and `floods` between moments in
    which sources send over `connections` at once; 0 is never. A source may have `max_alerts`, and
    `most_waiting` events wait before it has to keep to its share.
    """

    plot: str
    troubles: tuple[str, ...]
    minutes: float
    boundary: float
    fails: float
    kill_claimed: float
    kill_sent: float
    slowest: float
    lost_replies: float
    doubles: float
    strays: float
    acks: float
    races: float
    whims: tuple[str, ...]
    between: float
    back: bool
    tempers: tuple[tuple[str, float, float], ...]
    restless: float
    fills: float
    max_alerts: int
    most_waiting: int
    floods: float
    connections: int


def draw(chance: Random) -> Swarm:
    """The swarm of a seed."""
    some = sorted(set(TROUBLES))
    troubles = tuple(t for t in TROUBLES if t in set(chance.sample(some, chance.randint(3, 9))))
    back = chance.random() < 0.5
    return Swarm(
        plot=chance.choice(sorted(PLOTS)),
        troubles=troubles,
        minutes=chance.choice((3.0, 8.0, 20.0)),
        boundary=chance.choice((0.0, 0.005, 0.02, 0.04)),
        fails=chance.choice((0.0, 0.0, 0.005)),
        kill_claimed=chance.choice((0.0, 0.02, 0.08)),
        kill_sent=chance.choice((0.0, 0.02, 0.08)),
        slowest=chance.choice((0.003, 0.05, 3.0)),
        lost_replies=chance.choice((0.0, 0.05)),
        doubles=chance.choice((0.0, 0.1)),
        strays=0.0 if "clock" in troubles else chance.choice((0.0, 0.2)),
        acks=chance.choice((0.0, 0.2, 0.7)),
        races=chance.choice((0.1, 0.6)),
        whims=tuple(w for w in WHIMS if chance.random() < 0.6),
        between=chance.choice((2.0, 10.0, 40.0)),
        back=back,
        tempers=tuple(
            (cluster, chance.choice((3.0, 30.0, 400.0)), chance.choice((5.0, 40.0, 120.0)))
            for cluster in CLUSTERS
        ),
        restless=chance.choice((0.0, 0.0, 0.3)),
        fills=chance.choice((0.01, 0.04)) if "full disk" in troubles else 0.0,
        max_alerts=chance.choice((200_000, 200_000, 2, 3, 5)),
        most_waiting=chance.choice((EVENTS_MAX, 4, 12)),
        floods=chance.choice((0.0, 0.0, 8.0)),
        connections=chance.choice((4, 12)),
    )


def mood(chance: Random) -> str:
    """How a provider is from now on."""
    return chance.choice(MOODS[1:])
