"""What a Go template is made of, as its parser found it."""

from dataclasses import dataclass, field


class TemplateError(Exception):
    """A template that Go would refuse, or that cannot be translated.

    `file` and `line` say where; the text is worded as Go words it where Go has words for it.
    """

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(what)
        self.file, self.line, self.what = file, line, what

    def __str__(self) -> str:
        return f"template: {self.file}:{self.line}: {self.what}"


@dataclass(slots=True)
class Text:
    """What stands outside of actions."""

    text: str
    line: int


@dataclass(slots=True)
class Comment:
    """`{{/* … */}}`."""

    text: str
    line: int


@dataclass(slots=True)
class Dot:
    """`.`."""

    line: int


@dataclass(slots=True)
class Nil:
    """`nil`."""

    line: int


@dataclass(slots=True)
class Literal:
    """A constant; `written` is how the template spells it."""

    value: bool | int | float | str
    written: str
    line: int


@dataclass(slots=True)
class Field:
    """`.A.B`: fields of dot."""

    names: list[str]
    line: int


@dataclass(slots=True)
class Variable:
    """`$x.A.B`: a variable by its name without the dollar, and fields of it."""

    name: str
    names: list[str]
    line: int


@dataclass(slots=True)
class Function:
    """A function's name."""

    name: str
    line: int


@dataclass(slots=True)
class Chain:
    """Fields of what stands in parentheses."""

    of: "Operand"
    names: list[str]
    line: int


@dataclass(slots=True)
class Pipeline:
    """Commands, each handing its value to the next; `names` are the variables it fills.

    `assigns` tells `=` from `:=`.
    """

    names: list[str]
    assigns: bool
    commands: list["list[Operand]"]
    line: int


Operand = Dot | Nil | Literal | Field | Variable | Function | Chain | Pipeline


@dataclass(slots=True)
class Action:
    """`{{ pipeline }}`."""

    pipeline: Pipeline
    line: int


@dataclass(slots=True)
class Branch:
    """`if`, `with` or `range`."""

    keyword: str
    pipeline: Pipeline
    body: "list[Node]"
    otherwise: "list[Node]"
    line: int


@dataclass(slots=True)
class Jump:
    """`break` or `continue`."""

    keyword: str
    line: int


@dataclass(slots=True)
class Call:
    """`{{ template "name" pipeline }}`."""

    name: str
    pipeline: Pipeline | None
    line: int


Node = Text | Comment | Action | Branch | Jump | Call


@dataclass(slots=True)
class Template:
    """One named template; `file` is where it stands."""

    name: str
    file: str
    line: int
    body: list[Node] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether only space and comments are in it: such a definition replaces none."""
        return all(
            isinstance(node, Comment) or (isinstance(node, Text) and not node.text.strip())
            for node in self.body
        )
