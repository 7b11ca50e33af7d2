"""Resolved incidents that their alerts may bring back yet."""

from router.core.incident import Incident


class Lingering:
    """By number, with the newest of each group; only `put` changes it."""

    def __init__(self) -> None:
        self.incidents: dict[int, Incident] = {}
        self._newest: dict[int, int] = {}

    def __contains__(self, number: int) -> bool:
        return number in self.incidents

    def put(self, incident: Incident) -> None:
        """An incident is resolved, back, or gone for good."""
        if not incident.open and incident.next_due is not None:
            self.incidents[incident.number] = incident
            self._newest[incident.group] = incident.number
        elif self.incidents.pop(incident.number, None) is not None:
            self._newest = {g: n for g, n in self._newest.items() if n != incident.number}

    def get(self, number: int) -> Incident | None:
        """The resolved incident of this number."""
        return self.incidents.get(number)

    def at(self, group: int) -> Incident | None:
        """The one that an alert of this group would bring back."""
        return self.incidents.get(self._newest.get(group, 0))
