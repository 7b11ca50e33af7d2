"""Draws Go templates as people write them for Alertmanager, and some that Go refuses."""

from collections.abc import Callable
from random import Random

_STRINGS = ('"a"', '""', '"x y"', '`r"w`', '"<b>&\'+"', '"é"', '"firing"', '"Disk"', '"a\\tb\\n"')
_NUMBERS = ("0", "1", "-2", "3", "1.5", "0x1f", "'a'", "1e3", "100000000.0", "1e-7")
_TEXTS = (" ", "\n", "x", "{ } % #", "a {% if %} b", "{# c #}", "  \n\t", "é", "{", "=", ", ")
_LABELS = ("alertname", "host", "severity", "cluster", "nope")
_VERBS = (
    "%v",
    "%s",
    "%d",
    "%q",
    "%5d",
    "%-6s|",
    "%x",
    "%05d",
    "%.2f",
    "%t",
    "%T",
    "%6.2f%%",
    "%+v",
)
_LAYOUTS = ("2006-01-02", "15:04:05.000", "Mon Jan _2 3:04PM", "02/01/06 -07:00 MST", "Z0700 .999")


class Texts:
    """Random templates; the same *random* draws the same."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._variables: list[str] = []
        self._defining = False

    def template(self) -> str:
        """A whole template with up to two definitions."""
        self._variables = []
        defined = ""
        self._defining = True
        for name in self._random.sample(["a", "b.c", "__subject"], self._random.randrange(3)):
            defined += f'{{{{ define "{name}" }}}}{self._body(2, ".", False)}{{{{ end }}}}'
            self._variables = []
        self._defining = False
        return defined + self._body(3, "data", False)

    def _one(self, *choices: Callable[[], str]) -> str:
        return self._random.choice(choices)()

    def _open(self) -> str:
        return self._random.choice(("{{", "{{ ", "{{- "))

    def _close(self) -> str:
        return self._random.choice(("}}", " }}", " -}}"))

    def _act(self, inside: str) -> str:
        return f"{self._open()}{inside}{self._close()}"

    def _body(self, depth: int, dot: str, loop: bool) -> str:
        kept = list(self._variables)
        found = "".join(self._node(depth, dot, loop) for _ in range(self._random.randrange(1, 5)))
        self._variables = kept
        return found

    def _node(self, depth: int, dot: str, loop: bool) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: self._random.choice(_TEXTS),
            lambda: self._act(self._pipeline(dot)),
            lambda: self._act(self._pipeline(dot)),
            lambda: (
                self._act(f"/* {self._random.choice(_TEXTS)} */")
                .replace("{{ /", "{{/")
                .replace("/ }}", "/}}")
            ),
            lambda: self._set(dot),
        ]
        if loop:
            kinds.append(lambda: self._act(self._random.choice(("break", "continue"))))
        if depth:
            kinds += [lambda: self._if(depth, dot, loop), lambda: self._with(depth, dot, loop)]
            kinds += [lambda: self._range(depth, dot), lambda: self._range(depth, dot)]
            kinds.append(lambda: self._call(dot))
        return self._one(*kinds)

    def _set(self, dot: str) -> str:
        value = self._pipeline(dot)
        if self._variables and self._random.random() < 0.5:
            return self._act(f"${self._random.choice(self._variables)} = {value}")
        name = self._random.choice("xyz")
        self._variables.append(name)
        return self._act(f"${name} := {value}")

    def _if(self, depth: int, dot: str, loop: bool) -> str:
        found = self._act(f"if {self._condition(dot)}") + self._body(depth - 1, dot, loop)
        if self._random.random() < 0.3:
            found += self._act(f"else if {self._condition(dot)}")
            found += self._body(depth - 1, dot, loop)
        if self._random.random() < 0.5:
            found += self._act("else") + self._body(depth - 1, dot, loop)
        return found + self._act("end")

    def _with(self, depth: int, dot: str, loop: bool) -> str:
        kind, value = self._random.choice(
            (("kv", "$.CommonLabels"), ("alert", "index $.Alerts 0"), ("text", "$.Status"))
        )
        found = self._act(f"with {value}") + self._body(depth - 1, kind, loop)
        if self._random.random() < 0.4:
            found += self._act("else") + self._body(depth - 1, dot, loop)
        return found + self._act("end")

    def _range(self, depth: int, dot: str) -> str:
        kind, value = self._random.choice(
            (
                ("alert", "$.Alerts"),
                ("alert", "$.Alerts.Firing"),
                ("pair", "$.CommonLabels.SortedPairs"),
                ("text", "$.CommonLabels"),
                ("text", "$.CommonLabels.Names"),
                ("text", 'stringSlice "a" "b"'),
                ("text", "$.CommonAnnotations"),
            )
        )
        kept = list(self._variables)
        names = self._random.choice(("", "", "$x := ", "$x, $y := "))
        self._variables += [each for each in "xy" if f"${each}" in names]
        found = self._act(f"range {names}{value}") + self._body(depth - 1, kind, True)
        self._variables = kept
        if self._random.random() < 0.4:
            found += self._act("else") + self._body(depth - 1, dot, False)
        return found + self._act("end")

    def _call(self, dot: str) -> str:
        names = ["nope"]  # Amtool takes long to tire of what calls itself.
        names += [] if self._defining else ["slack.default.title", "a", "b.c", "__subject"]
        name = self._random.choice(names)
        if name == "slack.default.title":
            return self._act(f'template "{name}" $')
        return self._act(f'template "{name}" {self._random.choice((".", "$", "$.Alerts"))}')

    def _condition(self, dot: str) -> str:
        return self._one(
            lambda: self._value(dot),
            lambda: f"eq {self._text(dot)} {self._text(dot)}",
            lambda: (
                f"{self._random.choice(('gt', 'lt', 'ge', 'ne', 'le'))} (len $.Alerts) "
                f"{self._random.choice(_NUMBERS)}"
            ),
            lambda: f"and {self._value(dot)} {self._text(dot)}",
            lambda: f"or {self._value(dot)} {self._text(dot)} {self._text(dot)}",
            lambda: f"not {self._value(dot)}",
            lambda: f'match "^{self._random.choice(("f", "a|b", "[A-Z]", "("))}" {self._text(dot)}',
        )

    def _pipeline(self, dot: str) -> str:
        return self._one(
            lambda: self._value(dot),
            lambda: self._value(dot),
            lambda: f"{self._text(dot)} | {self._random.choice(('toUpper', 'toLower', 'title'))}",
            lambda: f"{self._text(dot)} | {self._random.choice(('html', 'js', 'urlquery', 'len'))}",
            lambda: f'printf "{self._random.choice(_VERBS)}" {self._simple()}',
            lambda: f'printf "%v %+v|%s" {self._value(dot)} {self._text(dot)} 1',
            lambda: f'{self._simple()} | printf "{self._random.choice(_VERBS)} %v" 1',
            lambda: f"print {self._value(dot)} {self._value(dot)}",
            lambda: f"println {self._value(dot)}",
            lambda: f'join ", " {self._random.choice(("$.CommonLabels.Names", ".", "$.Alerts"))}',
            lambda: (
                f'reReplaceAll "{self._random.choice(("a", "(.)", "x*", "[0-9]+$"))}" '
                f'"{self._random.choice(("", "$1-", "<${1}>", "$$"))}" {self._text(dot)}'
            ),
            lambda: f"slice {self._text(dot)} {self._random.choice(('0', '1', '1 2', '9'))}",
            lambda: f"index $.CommonLabels {self._text(dot)}",
        )

    def _simple(self) -> str:
        """What numbers' verbs show nothing of Go's insides of."""
        return self._random.choice(
            (*_NUMBERS, *_STRINGS, "true", "$.Status", "$.CommonLabels", "$.CommonLabels.Names")
        )

    def _value(self, dot: str) -> str:
        return self._one(
            lambda: self._text(dot),
            lambda: self._text(dot),
            lambda: self._random.choice(_NUMBERS),
            lambda: self._random.choice(("true", "false", "nil", ".", "$", "$.Alerts")),
            lambda: self._random.choice(("$.CommonLabels", "$.Alerts.Resolved", ".Foo")),
            lambda: f'((index $.Alerts 1).EndsAt.Format "{self._random.choice(_LAYOUTS)}")',
            lambda: "((index $.Alerts 0).StartsAt)",
            lambda: '(len ($.CommonLabels.Remove (stringSlice "alertname" "x")))',
            lambda: f"({self._pipeline(dot)})",
        )

    def _text(self, dot: str) -> str:
        own = {
            "data": [".Status", ".Receiver", ".ExternalURL", ".CommonLabels.alertname"],
            "alert": [
                ".Status",
                ".Labels.host",
                ".Annotations.summary",
                ".Fingerprint",
                ".StartsAt",
            ],
            "pair": [".Name", ".Value"],
            "kv": [f".{name}" for name in _LABELS],
        }.get(dot, ["."])
        choices = [*own, *own, self._random.choice(_STRINGS), "$.Status"]
        choices += [f"${name}" for name in self._variables]
        return self._random.choice(choices)
