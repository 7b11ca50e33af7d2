"""The routing tree: which routes an alert takes, and in which group of each it belongs."""

from collections.abc import Mapping
from typing import TypeVar

from router.core.asked import reader
from router.core.labels import canonical, decode
from router.core.route import Route
from router.core.selector import Selector

_TAKEN_MOST = 4096  # Combinations of the values that routes ask for, and the routes they take …
_TAKEN_LONGEST = 256  # … if they are no longer than this together: senders choose them.


class _Node:
    """A route with its children indexed by their matchers."""

    __slots__ = ("children", "route", "selector")

    def __init__(self, route: Route) -> None:
        self.route = route
        self.children = [_Node(child) for child in route.routes]
        self.selector: Selector[int] = Selector()
        for position, child in enumerate(route.routes):
            self.selector.add(position, child.matchers)

    def collect(self, labels: Mapping[str, str], found: list[Route]) -> None:
        if not self.children:
            found.append(self.route)
            return
        before = len(found)
        for position in self.selector.matching(labels):
            child = self.children[position]
            child.collect(labels, found)
            if not child.route.continue_:
                break
        if len(found) == before:
            found.append(self.route)


Place = tuple[Route, bytes]
_V = TypeVar("_V")


def _keep(memory: dict[tuple[str, ...], _V], values: tuple[str, ...], found: _V) -> None:
    """Remember what was found for these values, unless they are long."""
    if sum(map(len, values)) <= _TAKEN_LONGEST:
        if len(memory) >= _TAKEN_MOST:
            memory.clear()
        memory[values] = found


class Tree:
    """A routing tree ready to be asked; equal to another whose root is equal. Never changed.

    `routes` holds every route by its id. `meta`, also among them, is the one that no label set
    takes: it is for reports about ourselves. `scanned` counts the routes that no index keeps away
    from an alert, as they need no label at all: purely negative ones, mostly.
    """

    __slots__ = (
        "_asked",
        "_grouped",
        "_node",
        "_positions",
        "_read",
        "_taken",
        "meta",
        "root",
        "routes",
        "scanned",
    )

    def __init__(self, root: Route, meta: Route | None = None) -> None:
        self.root = root
        self.meta = meta
        self._node = _Node(root)
        self.routes: dict[str, Route] = {}
        self.scanned = 0
        waiting = [self._node]
        while waiting:
            node = waiting.pop()
            self.routes[node.route.id] = node.route
            self.scanned += node.selector.scanned
            waiting.extend(reversed(node.children))
        if meta is not None:
            self.routes[meta.id] = meta
        asked = {m.name for route in self.routes.values() for m in route.matchers}
        self._asked = tuple(sorted(asked))
        self._taken: dict[tuple[str, ...], tuple[Route, ...]] = {}
        every = any(route.group_by_all for route in self.routes.values())
        asked |= {name for route in self.routes.values() for name in route.group_by}
        self._read = None if every else reader(sorted(asked))
        self._grouped: dict[tuple[str, ...], tuple[Place, ...]] = {}
        self._positions = {route: position for position, route in enumerate(self.routes)}

    def position(self, route: str) -> int:
        """Where a route stands among all, in the order `match` names them; one gone, at the end."""
        return self._positions.get(route, len(self._positions))

    def match(self, labels: Mapping[str, str]) -> tuple[Route, ...]:
        """The routes the label set takes, in order; the root when no other wants it.

        Depth first: a matching child goes before its parent's own claim, and unless the child
        says `continue`, before its later siblings.
        """
        values = tuple([labels.get(name, "") for name in self._asked])
        taken = self._taken.get(values)
        if taken is None:
            found: list[Route] = []
            self._node.collect(labels, found)
            taken = tuple(found)
            _keep(self._taken, values, taken)
        return taken

    def grouped(self, labels: bytes) -> tuple[Place, ...]:
        """The routes a canonical label set takes, and the canonical labels of its group in each."""
        if self._read is None:
            return self._places(labels)
        values = self._read(labels)
        places = self._grouped.get(values)
        if places is None:
            places = self._places(labels)
            _keep(self._grouped, values, places)
        return places

    def _places(self, labels: bytes) -> tuple[Place, ...]:
        pairs = decode(labels)
        return tuple((route, canonical(route.group_labels(pairs))) for route in self.match(pairs))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tree):
            return NotImplemented
        return (self.root, self.meta) == (other.root, other.meta)

    def __hash__(self) -> int:
        return hash((self.root, self.meta))

    def __repr__(self) -> str:
        return f"Tree({self.root!r})"
