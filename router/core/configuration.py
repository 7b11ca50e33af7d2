"""Everything routes.toml says that a decision depends on, as frozen values."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from router.core.heartbeat import Heartbeat
from router.core.inhibition import InhibitRule
from router.core.integration import Integration, WebhookIntegration
from router.core.interval import Interval
from router.core.limit import Limit
from router.core.maintenance import Maintenance
from router.core.moment import HOUR, MINUTE
from router.core.schedule import Schedule
from router.core.tree import Tree


class Contact(msgspec.Struct, frozen=True):
    """One line of a contact rule: use `via`, `after` microseconds from the moment of paging."""

    via: str
    after: int = 0


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person who can be called. `methods` maps a channel's name to how it reaches her.

    `urgent` and `normal` are her contact rules; when a rule is empty, every method at once.
    `limits` say how much each method may be sent; one that is not there has no limits at all.
    `slack` is her Slack user id, by which slash commands recognise her. `shift_notices` are the
    schedules of whose shifts she hears, True for all, None for those that say so themselves.
    Another `ical_version` makes the secret addresses of her calendar void.
    """

    id: str
    name: str = ""
    timezone: str = ""
    slack: str = ""
    shift_notices: bool | tuple[str, ...] | None = None
    ical_version: int = 0
    methods: Mapping[str, Integration] = {}
    urgent: tuple[Contact, ...] = ()
    normal: tuple[Contact, ...] = ()
    limits: Mapping[str, tuple[Limit, ...]] = {}

    def contacts(self, urgency: str) -> tuple[Contact, ...]:
        """Whom to ring by what, first to be used first; only methods she really has."""
        rule = self.urgent if urgency == "urgent" else self.normal
        usable = tuple(c for c in rule if c.via in self.methods)
        return tuple(sorted(usable, key=lambda c: c.after)) or tuple(map(Contact, self.methods))


class Step(msgspec.Struct, frozen=True):
    """One step of a policy: targets such as `user:ana`, `team:x`, `receiver:y`, `schedule:z`.

    With `multi_ack` an acknowledgement stops only the pages of who gave it. `id` names the step
    across edits of the policy.
    """

    notify: tuple[str, ...]
    wait: int
    multi_ack: bool = False
    id: str = ""


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """One message a day with what gathered since the last, at `at` minutes after midnight."""

    at: int
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)  # Monday is 0.
    timezone: str = "UTC"
    notify: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Who is called in which order until somebody answers. `rounds` 0 means forever.

    `answer_within` is how soon somebody ought to answer, 0 when that does not matter. `on_edit`
    says what an edit does to its open incidents: `keep`, `restart` or `continue`. Alerts that fire
    again within `flap_window` of their end bring the same incident back.
    """

    name: str
    priority: str = "P2"
    urgency: str = "urgent"
    ack_timeout: int = 0
    rounds: int = 1
    steps: tuple[Step, ...] = ()
    digest: Digest | None = None
    answer_within: int = 0
    on_edit: str = "keep"
    flap_window: int = 0


class Receiver(msgspec.Struct, frozen=True):
    """A named set of integrations, in the order routes.toml lists them.

    `labels` are for those who ask the API about receivers; `name` is one of them anyway.
    """

    name: str
    integrations: tuple[Integration, ...] = ()
    labels: Mapping[str, str] = {}


class Deadman(msgspec.Struct, frozen=True, kw_only=True):
    """Who waits for a sign of life, and how often, while nothing is late by more than `overdue`."""

    every: int = MINUTE
    overdue: int = MINUTE
    integration: WebhookIntegration | None = None
    receiver: str = ""

    @property
    def target(self) -> str:
        """The delivery target of its own integration."""
        return "deadman:url/webhook/0"


class Configuration(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One whole, checked routes.toml: every name in it refers to something that exists."""

    tree: Tree
    receivers: Mapping[str, Receiver] = {}
    policies: Mapping[str, Policy] = {}
    users: Mapping[str, User] = {}
    teams: Mapping[str, tuple[str, ...]] = {}
    schedules: Mapping[str, Schedule] = {}
    inhibit: tuple[InhibitRule, ...] = ()
    intervals: Mapping[str, tuple[Interval, ...]] = {}
    heartbeats: Mapping[str, Heartbeat] = {}
    maintenance: Mapping[str, Maintenance] = {}
    deadman: Deadman | None = None
    fallback: tuple[str, ...] = ()
    fallback_every: int = 30 * MINUTE
    resolve_timeout: int = 5 * MINUTE
    recovery_grace: int = 15 * MINUTE
    retention: int = 120 * HOUR
    max_alerts: int = 200_000  # Of one source; 0 is no limit.
    url: str = ""
    timezone: str = "UTC"

    def integration(self, target: str) -> Integration | None:
        """What a delivery's target stands for now; None when it is no longer there.

        A target is `receiver:NAME/KIND/INDEX` (the index counts within the kind), `user:ID/VIA`, or
        the dead man's switch's own.
        """
        if self.deadman is not None and target == self.deadman.target:
            return self.deadman.integration
        if target.startswith("user:"):
            name, _, via = target.removeprefix("user:").rpartition("/")
            user = self.users.get(name)
            return user.methods.get(via) if user else None
        return self._integrations.get(target)

    def targets(self, receiver: str) -> Mapping[str, Integration]:
        """Each integration of a receiver by the target that names it, in their order."""
        return self._targets.get(receiver, {})

    @cached_property
    def _targets(self) -> Mapping[str, Mapping[str, Integration]]:
        return {name: dict(_targets(name, found)) for name, found in self.receivers.items()}

    @cached_property
    def _integrations(self) -> Mapping[str, Integration]:
        return {target: each for found in self._targets.values() for target, each in found.items()}


def _targets(name: str, receiver: Receiver) -> Iterator[tuple[str, Integration]]:
    counts: dict[str, int] = {}
    for integration in receiver.integrations:
        index = counts.get(integration.kind, 0)
        counts[integration.kind] = index + 1
        yield f"receiver:{name}/{integration.kind}/{index}", integration
