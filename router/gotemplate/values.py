"""The values Alertmanager hands to templates, with the fields and methods Go shows of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from router.gotemplate.limits import GoError
from router.gotemplate.moments import Duration, Named, Time


class Html(str):
    """A text that is HTML already."""

    __slots__ = ()


class Url(str):
    """A text that is a safe address already."""

    __slots__ = ()


class Zone(str):
    """A place whose time is told; its text is its name."""

    __slots__ = ()


class Struct:
    """A Go struct: `fields` are the names templates may use, in their order."""

    type_name: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            getattr(self, name) == getattr(other, name) for name in self.fields
        )

    __hash__ = None  # type: ignore[assignment]


class KV:
    """Names and values, iterated as Go ranges over a map: the values, by their names' order."""

    type_name = "template.KV"
    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {name: values[name] for name in sorted(values)}

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values.values())

    def pairs(self) -> "Pairs":
        """`SortedPairs`: alertname first, the others by name."""
        named = sorted(self.values.items(), key=lambda pair: (pair[0] != "alertname", pair[0]))
        return Pairs(Pair(name, value) for name, value in named)

    def remove(self, names: Any) -> "KV":
        """`Remove`: the others than these."""
        if not isinstance(names, list) or isinstance(names, Alerts | Pairs):
            raise GoError(f"wrong type for value; expected []string; got {type_of(names)}")
        if not all(type(name) is str for name in names):
            raise GoError("wrong type for value; expected []string; got []interface {}")
        return KV({name: value for name, value in self.values.items() if name not in set(names)})


class Map(dict[str, Any]):
    """What `dict` makes, iterated as Go ranges over a map."""

    def __iter__(self) -> Iterator[Any]:
        return iter([self[name] for name in sorted(self.keys())])


class Strings(list[str]):
    """A list of texts that can be joined."""


class Pair(Struct):
    """A name and its value."""

    type_name = "template.Pair"
    fields = ("Name", "Value")
    __slots__ = fields

    def __init__(self, name: str, value: str) -> None:
        self.Name, self.Value = name, value


class Pairs(list[Pair]):
    """Pairs in the order they are shown."""


class Alert(Struct):
    """One alert."""

    type_name = "template.Alert"
    fields = (
        *("Status", "Labels", "Annotations", "StartsAt", "EndsAt", "GeneratorURL"),
        "Fingerprint",
    )
    __slots__ = fields

    def __init__(
        self,
        status: str,
        labels: KV,
        annotations: KV,
        starts_at: Time,
        ends_at: Time,
        url: str,
        fingerprint: str,
    ) -> None:
        self.Status, self.Labels, self.Annotations = status, labels, annotations
        self.StartsAt, self.EndsAt = starts_at, ends_at
        self.GeneratorURL, self.Fingerprint = url, fingerprint


class Alerts(list[Alert]):
    """Alerts, of which `Firing` and `Resolved` pick."""

    def picked(self, status: str) -> "AlertList":
        """Those of this status."""
        return AlertList(alert for alert in self if alert.Status == status)


class AlertList(Alerts):
    """What `Firing` and `Resolved` answer: a list of alerts without their methods."""


class Data(Struct):
    """All that is told of one notification."""

    Receiver: str
    Status: str
    Alerts: "Alerts"
    NotificationReason: str
    GroupLabels: KV
    CommonLabels: KV
    CommonAnnotations: KV
    RouteLabels: KV
    ExternalURL: str

    type_name = "template.Data"
    fields = (
        *("Receiver", "Status", "Alerts", "NotificationReason", "GroupLabels", "CommonLabels"),
        *("CommonAnnotations", "RouteLabels", "ExternalURL"),
    )
    printed = tuple(name for name in fields if name not in ("NotificationReason", "RouteLabels"))
    """What printing the whole shows: as Alertmanager did before it had the others."""
    __slots__ = fields

    def __init__(self, **values: Any) -> None:
        empty: dict[str, Any] = dict.fromkeys(self.fields, "") | {"Alerts": Alerts()}
        empty |= {name: KV({}) for name in self.fields if "Labels" in name or "Annot" in name}
        for name, value in (empty | values).items():
            setattr(self, name, value)


class Method:
    """A method that takes arguments, bound to its value; templates may call it."""

    __slots__ = ("call", "name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name, self.call = name, call

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.call(*arguments)
        except TypeError:
            raise GoError(f"wrong arguments for {self.name}") from None


def _joined(texts: Iterable[str], sep: Any) -> str:
    if type(sep) is not str:
        raise GoError(f"wrong type for value; expected string; got {type_of(sep)}")
    return sep.join(texts)


_METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    KV: {
        "SortedPairs": KV.pairs,
        "Names": lambda kv: Strings(pair.Name for pair in kv.pairs()),
        "Values": lambda kv: Strings(pair.Value for pair in kv.pairs()),
    },
    Pairs: {
        "Names": lambda pairs: Strings(pair.Name for pair in pairs),
        "Values": lambda pairs: Strings(pair.Value for pair in pairs),
    },
    Alerts: {
        "Firing": lambda alerts: alerts.picked("firing"),
        "Resolved": lambda alerts: alerts.picked("resolved"),
    },
}
_WITH_ARGUMENTS: dict[type, dict[str, Callable[..., Any]]] = {
    KV: {"Remove": KV.remove},
    Strings: {"Join": lambda texts, sep: _joined(texts, sep)},
}


def field(value: Any, name: str) -> Any:
    """`.name` of a value as Go finds it: a method, a field, or what a map holds.

    Raises:
        GoError: there is nothing of that name.
    """
    kind = type(value)
    if name in _METHODS.get(kind, ()):
        return _METHODS[kind][name](value)
    if name in _WITH_ARGUMENTS.get(kind, ()):
        call = _WITH_ARGUMENTS[kind][name]
        return Method(name, lambda *arguments: call(value, *arguments))
    if isinstance(value, KV):
        return value.values.get(name, "")
    if isinstance(value, Map):
        return value.get(name)
    if isinstance(value, Struct) and name in value.fields:
        return getattr(value, name)
    if isinstance(value, Time | Duration):
        return _of_time(value, name)
    if isinstance(value, Named) and name == "String":
        return value.name
    if value is None:
        raise GoError(f"nil data; no entry for key {name!r}".replace("'", '"'))
    raise GoError(f"can't evaluate field {name} in type {type_of(value)}")


def _of_time(value: Any, name: str) -> Any:
    plain = value.PLAIN.get(name)
    if plain is not None:
        return plain(value)
    call = value.CALLED.get(name)
    if call is None:
        raise GoError(f"can't evaluate field {name} in type {type_of(value)}")
    return Method(name, lambda *arguments: call(value, *arguments))


_NAMES: Sequence[tuple[type, str]] = (
    (bool, "bool"),
    (Html, "template.HTML"),
    (Url, "template.URL"),
    (Zone, "*time.Location"),
    (str, "string"),
    (int, "int"),
    (float, "float64"),
    (AlertList, "[]template.Alert"),
    (Alerts, "template.Alerts"),
    (Pairs, "template.Pairs"),
    (Strings, "[]string"),
    (Time, "time.Time"),
    (Duration, "time.Duration"),
    (Map, "map[string]interface {}"),
    (Method, "func"),
    (list, "[]interface {}"),
)


def type_of(value: Any) -> str:
    """The name Go has for the value's type."""
    if isinstance(value, KV | Struct | Named):
        return value.type_name
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "<nil>")
