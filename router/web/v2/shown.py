"""An alert as the API shows it, with what holds it back at this moment."""

from collections.abc import Collection
from typing import Any

import msgspec

from router.core.alert import Alert
from router.core.configuration import Configuration
from router.core.group import Group
from router.core.labels import decode, fingerprint
from router.core.route import Route
from router.core.state import State
from router.web.text import rfc3339


class Standing(msgspec.Struct, frozen=True):
    """What holds an alert back now: ids of silences, fingerprints of inhibiting alerts.

    `muted_by` names maintenance windows, as `maintenance:NAME`.
    """

    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether nothing does."""
        return not (self.silenced_by or self.inhibited_by or self.muted_by)


def standing(state: State, labels: dict[str, str], wall: int) -> Standing:
    """What holds these labels back at this wall time; time intervals do not count here."""
    source = state.inhibitor.inhibited_by(labels)
    inhibiting = state.by_id.get(source[1]) if source else None
    by = (fingerprint(decode(inhibiting.labels)),) if inhibiting else ()
    windows = state.maintenances.holding(labels, wall)
    muting = tuple(f"maintenance:{name}" for name in windows)
    return Standing(state.silences.silenced_by(labels, wall), by, muting)


def destination(place: Group | Route) -> str:
    """The name a group or route goes by among receivers: its receiver's, else its policy's."""
    return place.receiver or place.policy


def receivers(configuration: Configuration) -> list[str]:
    """Every name that `destination` can give: receivers as written, then policies used alone."""
    names = dict.fromkeys(configuration.receivers)
    names.update(dict.fromkeys(map(destination, configuration.tree.routes.values())))
    names.pop("", None)
    return list(names)


def receivers_of(state: State, alert: Alert) -> list[str]:
    """Who is told of an alert, in the order of its routes; a name may come twice."""
    found = (state.groups.get(number) for number in alert.groups)
    groups = [group for group in found if group]
    if len(groups) > 1:  # A group that was over and came back was joined later than the others.
        tree = state.configuration.tree
        groups.sort(key=lambda group: tree.position(group.route))
    return [destination(group) for group in groups]


def gettable(
    alert: Alert,
    labels: dict[str, str],
    held: Standing,
    told: Collection[str],
    muted_by: Collection[str] = (),
) -> dict[str, Any]:
    """The `gettableAlert` of the API. Nothing in it is ever null."""
    shown = {
        "annotations": msgspec.Raw(alert.annotations),
        "endsAt": rfc3339(alert.ends_at),
        "fingerprint": fingerprint(labels),
        "receivers": [{"name": name} for name in told],
        "startsAt": rfc3339(alert.starts_at),
        "status": {
            "inhibitedBy": held.inhibited_by,
            "mutedBy": [*muted_by, *held.muted_by],
            "silencedBy": held.silenced_by,
            "state": "active" if held.active and not muted_by else "suppressed",
        },
        "updatedAt": rfc3339(alert.updated_at),
        "labels": labels,
    }
    if alert.url:
        shown["generatorURL"] = alert.url
    return shown
