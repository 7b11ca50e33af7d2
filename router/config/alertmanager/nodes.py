"""Reads YAML into nodes that keep their text and their line; bounded, whatever the file holds."""

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

DEPTH_MAX = 100
EXPANDED_MAX = 400_000  # Values with every alias followed, as many as Alertmanager looks at …
EXPANSION_MAX = 2  # … and above that, so many times what is written.

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """The document cannot be read. `line` says where, from 1."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(what)


class Node(msgspec.Struct, eq=False):
    """A value as written. `text` is a scalar's, None for others.

    `plain` says that it has no quotes, `quoted` that it has; neither is true beside a tag.

    `items` are a sequence's values, `pairs` a mapping's, in order; `size` counts the values in it
    with every alias followed.
    """

    line: int
    text: str | None = None
    plain: bool = False
    quoted: bool = False
    items: list["Node"] | None = None
    pairs: list[tuple["Node", "Node"]] | None = None
    size: int = 1

    @property
    def is_null(self) -> bool:
        """Whether it is no value at all, as YAML 1.1 spells that."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")

    @property
    def kind(self) -> str:
        """What sort of value it is, for a sentence."""
        if self.text is not None:
            return "text"
        return "a list" if self.items is not None else "a mapping"


def compose(raw: bytes) -> Node | None:
    """The first document of the file; None when it holds nothing.

    Raises:
        YamlError: it is not YAML, or nested or aliased beyond reason.
    """
    try:
        return _Composer(yaml.parse(raw, Loader=_Loader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(filter(None, (error.context, error.problem)))
        raise YamlError(mark.line + 1 if mark else 1, f"not valid YAML: {said}") from None
    except yaml.reader.ReaderError as error:
        raise YamlError(1, f"not valid YAML: {error.reason}") from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(1, "not valid YAML: a number or character is out of range") from None


class _Composer:
    """Builds nodes from events without recursion, so that depth is ours to bound."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, Node] = {}
        self._open: list[tuple[Node, list[Node]]] = []  # Collections, and what is in them so far.
        self._count = 0

    def document(self) -> Node | None:
        for event in self._events:
            if isinstance(event, yaml.DocumentEndEvent | yaml.StreamEndEvent):
                return None
            node = self._take(event)
            if node is not None and not self._open:
                return node
        return None

    def _take(self, event: Any) -> Node | None:
        """The value an event completes; None when it completes none."""
        line = event.start_mark.line + 1
        match event:
            case yaml.ScalarEvent():
                plain, quoted = event.implicit
                node = Node(line, text=event.value, plain=plain, quoted=quoted)
                return self._completed(self._anchored(event, node))
            case yaml.AliasEvent():
                return self._completed(self._followed(str(event.anchor), line))
            case yaml.SequenceStartEvent():
                self._opened(self._anchored(event, Node(line, items=[])))
            case yaml.MappingStartEvent():
                self._opened(self._anchored(event, Node(line, pairs=[])))
            case yaml.CollectionEndEvent():
                return self._completed(self._closed())
        return None

    def _anchored(self, event: Any, node: Node) -> Node:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _followed(self, anchor: str, line: int) -> Node:
        node = self._anchors.get(anchor)
        if node is None:
            raise YamlError(line, f"unknown anchor {anchor!r} referenced")
        if any(node is above for above, _ in self._open):
            raise YamlError(line, f"anchor {anchor!r} value contains itself")
        return node

    def _opened(self, node: Node) -> None:
        if len(self._open) == DEPTH_MAX:
            raise YamlError(node.line, f"nested more than {DEPTH_MAX} deep")
        self._open.append((node, []))

    def _closed(self) -> Node:
        node, inside = self._open.pop()
        if node.items is not None:
            node.items = inside
        else:
            node.pairs = list(zip(inside[::2], inside[1::2], strict=True))
        node.size = 1 + sum(each.size for each in inside)
        if node.size > max(EXPANDED_MAX, EXPANSION_MAX * self._count):
            raise YamlError(node.line, "document contains excessive aliasing")
        return node

    def _completed(self, node: Node) -> Node:
        self._count += 1
        if self._open:
            self._open[-1][1].append(node)
        return node
