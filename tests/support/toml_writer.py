"""Writes random TOML documents, and knows on which line everything in them begins."""

from random import Random

Place = tuple[str | int, ...]

SCALARS = (
    "1",
    "-0.5e3",
    "0xff",
    "inf",
    "true",
    '"plain"',
    '"# no comment, ] no bracket, } no brace, \\" no end"',
    "'literal \\'",
    '""',
    "''",
    "1979-05-27T07:32:00Z",
    "1979-05-27 07:32:00",
    "07:32:00",
    '"""one line"""',
    '"""\ntwo\n[not.a.header]\nkey = "no key"\n"""',
    '"""ends with quotes"""""',
    '"""an escaped \\""" inside\n"""',
    "'''\n# not a comment\n'''",
    "'''it''s fine'''''",
)
DECORATIONS = ("", "-dash", "_x", ".dot", " space", "#hash", "[x]", "=", "'", '"', "\\", "é", "\t")


class Writer:
    """Builds one document; `lines` maps each path in it to its line."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._text = ""
        self._count = 0
        self.lines: dict[Place, int] = {}
        # Tables a header may lead into: the keys to write, and the path they stand for.
        self._open: list[tuple[tuple[str, ...], Place]] = [((), ())]
        self._arrays: dict[tuple[str, ...], tuple[Place, int]] = {}

    @property
    def text(self) -> str:
        """The document so far."""
        return self._text

    def write(self, sections: int) -> None:
        """Write pairs of the root table, then that many headers with pairs below them."""
        self._pairs(())
        for _ in range(sections):
            self._noise()
            choices = [self._table, self._table, self._new_array, self._next_element, self._deep]
            self._pairs(self._random.choice(choices)())

    def _table(self) -> Place:
        keys, path = self._random.choice(self._open)
        key = self._new_key()
        return self._header((*keys, key), (*path, key))

    def _deep(self) -> Place:
        """A table whose parent is only implied, and perhaps written later."""
        keys, path = self._random.choice(self._open)
        above, key = self._new_key(), self._new_key()
        self.lines[(*path, above)] = self._line()
        place = self._header((*keys, above, key), (*path, above, key))
        if self._random.random() < 0.5:
            self._emit("\n")
            return self._header((*keys, above), (*path, above))
        return place

    def _header(self, keys: tuple[str, ...], path: Place) -> Place:
        self.lines[path] = self._line()
        self._emit(f"[{self._spaces()}{self._dotted(keys)}{self._spaces()}]{self._ending()}")
        self._open.append((keys, path))
        return path

    def _new_array(self) -> Place:
        keys, path = self._random.choice(self._open)
        key = self._new_key()
        return self._element((*keys, key), (*path, key), 0)

    def _next_element(self) -> Place:
        if not self._arrays:
            return self._new_array()
        keys = self._random.choice(sorted(self._arrays))
        path, length = self._arrays[keys]
        self._open = [each for each in self._open if each[0][: len(keys)] != keys]
        below = [each for each in self._arrays if each[: len(keys)] == keys]
        for each in below:
            del self._arrays[each]
        return self._element(keys, path, length)

    def _element(self, keys: tuple[str, ...], path: Place, position: int) -> Place:
        self.lines.setdefault(path, self._line())
        self.lines[(*path, position)] = self._line()
        self._emit(f"[[{self._spaces()}{self._dotted(keys)}]]{self._ending()}")
        self._arrays[keys] = (path, position + 1)
        self._open.append((keys, (*path, position)))
        return (*path, position)

    def _pairs(self, table: Place) -> None:
        for _ in range(self._random.randrange(4)):
            self._noise()
            self._emit(self._spaces())
            self._pair(table, 0)
            self._emit(self._ending())

    def _pair(self, table: Place, depth: int) -> None:
        keys = [self._new_key() for _ in range(self._random.choice((1, 1, 1, 2, 3)))]
        for length in range(1, len(keys) + 1):
            self.lines[(*table, *keys[:length])] = self._line()
        self._emit(f"{self._dotted(tuple(keys))}{self._spaces()}={self._spaces()}")
        self._value((*table, *keys), depth)

    def _value(self, path: Place, depth: int) -> None:
        kind = self._random.choice(("scalar", "scalar", "array", "inline")[: 4 if depth < 3 else 2])
        if kind == "scalar":
            self._emit(self._random.choice(SCALARS))
        elif kind == "array":
            self._array(path, depth)
        else:
            self._emit("{" + self._spaces())
            for position in range(self._random.randrange(3)):
                self._emit(f",{self._spaces()}" if position else "")
                self._pair(path, depth + 1)
                self._emit(self._spaces())
            self._emit("}")

    def _array(self, path: Place, depth: int) -> None:
        self._emit("[")
        length = self._random.randrange(4)
        for position in range(length):
            self._gap()
            self.lines[(*path, position)] = self._line()
            self._value((*path, position), depth + 1)
            self._gap()
            self._emit("," if position < length - 1 or self._random.random() < 0.3 else "")
        self._gap()
        self._emit("]")

    def _gap(self) -> None:
        """What may stand between the elements of an array: also line breaks and comments."""
        self._emit(self._random.choice(("", " ", "\n", "\n  ", " # a ] comment\n", "\n\n")))

    def _noise(self) -> None:
        self._emit(self._random.choice(("", "", "\n", "# [no.header]\n", "  \n# x = 1\n")))

    def _ending(self) -> str:
        return self._random.choice(("\n", "  \n", " # the end\n", "\n\n"))

    def _spaces(self) -> str:
        return self._random.choice(("", " ", "  ", "\t"))

    def _dotted(self, keys: tuple[str, ...]) -> str:
        return self._random.choice((".", " . ", ".", ". ")).join(map(self._spell, keys))

    def _spell(self, key: str) -> str:
        forms = ['"' + key.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"']
        if key.isascii() and key.replace("-", "").replace("_", "").isalnum():
            forms += [key, key, key]
        if "'" not in key:
            forms.append(f"'{key}'")
        return self._random.choice(forms)

    def _new_key(self) -> str:
        self._count += 1
        return f"k{self._count}{self._random.choice(DECORATIONS)}"

    def _line(self) -> int:
        return self._text.count("\n") + 1

    def _emit(self, text: str) -> None:
        self._text += text
