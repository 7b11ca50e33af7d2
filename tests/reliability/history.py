"""What was done to the service and what came of it, written down as it happened.

Nothing here comes from the service's own idea of itself, but for the timelines, which are what a
person would be shown. Times are monotonic seconds of the test's process.
"""

from typing import Any

import msgspec


class Sent(msgspec.Struct, kw_only=True):
    """Alerts that were handed in together, and form a group of their own.

    `accepted` is when a 2xx answered, None when the outcome is unknown or a refusal.
    """

    batch: str
    alerts: tuple[str, ...]
    paged: bool
    began: float
    accepted: float | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request that arrived at the sink.

    `outcome`: taken (answered 200), refused (503, certainly not taken) or dropped (taken or not:
    the connection was closed without an answer). `incident` and `step` (from 1) are 0 without one.
    """

    at: float
    path: str
    key: str
    number: int
    event: str
    outcome: str
    batch: str
    firing: frozenset[str]
    incident: int = 0
    step: int = 0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What routes.toml promises: seconds until a group is told, and after each step but the last.

    Step n pages `/step{n}`; everything is told to `/notify`.
    """

    group_wait: float
    waits: tuple[float, ...]

    @property
    def steps(self) -> int:
        """How many steps an unanswered incident takes."""
        return len(self.waits) + 1

    def routes(self, sink: str, redis: str = "") -> str:
        """A routes.toml that promises this."""
        users = "".join(
            f'[users.u{n}]\nwebhook = "{sink}/step{n}"\n' for n in range(1, self.steps + 1)
        )
        waits = [*(f"{round(wait * 1000)}ms" for wait in self.waits), "1h"]
        steps = "".join(
            f'[[policies.climb.steps]]\nnotify = ["user:u{n}"]\nwait = "{wait}"\n'
            for n, wait in enumerate(waits, 1)
        )
        stream = (
            f'[sources.queue]\nkind = "redis"\nurl = "{redis}"\nstream = "alerts"\n'
            if redis
            else ""
        )
        return f"""
[service]
fallback = ["receiver:last"]
fallback_every = "1h"
{users}
[receivers.all]
webhook = [{{ url = "{sink}/notify", send_resolved = true }}]
[receivers.last]
webhook = [{{ url = "{sink}/last" }}]
{steps}
{stream}
[route]
receiver = "all"
group_by = ["batch"]
group_wait = "{round(self.group_wait * 1000)}ms"
group_interval = "1s"
[[route.routes]]
matchers = ['background="yes"']
receiver = "all"
group_wait = "1h"
[[route.routes]]
matchers = ['paged="yes"']
receiver = "all"
policy = "climb"
"""

    def alertmanager(self, sink: str) -> str:
        """An alertmanager.yml that tells `/notify` the same; it knows no steps."""
        return f"""
receivers:
- name: all
  webhook_configs: [{{url: "{sink}/notify"}}]
route:
  receiver: all
  group_by: [batch]
  group_wait: {round(self.group_wait * 1000)}ms
  group_interval: 1s
"""


class History(msgspec.Struct, kw_only=True):
    """Everything an auditor may look at. `answered` has when each incident's 2xx came, None while
    an acknowledgement was asked for and its outcome is unknown. `silences` are the ids that were
    answered, `statuses` how often each status was."""

    plan: Plan
    sent: list[Sent] = []
    attempts: list[Attempt] = []
    killed: list[float] = []
    answered: dict[int, float | None] = {}
    silences: list[str] = []
    statuses: dict[int, int] = {}
    timelines: list[dict[str, Any]] = []
