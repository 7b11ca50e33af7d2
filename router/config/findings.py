"""Everything there is to say about one routes.toml, each with its line."""

from collections.abc import Iterable, Mapping

from router.config.path import Path, spell


class Findings:
    """Collects problems, warnings and missing secrets; saying one twice counts once.

    `partial` says that lines of the document could not be read, so that what seems to be absent
    may stand there: then nothing is said of it.
    """

    def __init__(self, name: str, lines: Mapping[Path, int], *, partial: bool = False) -> None:
        self.name = name
        self._lines = lines
        self._partial = partial
        self._problems: dict[str, int] = {}
        self._excuses: dict[str, tuple[Path, ...]] = {}
        self._misspelt: set[Path] = set()
        self._warnings: dict[str, int] = {}
        self._missing: dict[str, int] = {}

    def line(self, path: Path) -> int:
        """Where the path stands; of what is absent, where the table stands that lacks it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def problem(self, path: Path, what: str, unless: Iterable[Path] = ()) -> None:
        """Something the file cannot be used with; `unless` one of these is there, misspelt."""
        sentence = self._note(self._problems, path, what)
        self._excuses[sentence] = tuple(unless)

    def absent(self, path: Path, what: str, unless: Iterable[Path] = ()) -> None:
        """A problem with something that is not there."""
        if not self._partial:
            self.problem(path, what, unless)

    def misspelt(self, path: Path) -> None:
        """This path is there under a similar name: problems that follow from it are not said."""
        self._misspelt.add(path)

    def unreadable(self, line: int, what: str) -> None:
        """A line that is not TOML."""
        self._problems.setdefault(f"{self.name}:{line}: {what}", line)

    def warn(self, path: Path, what: str) -> None:
        """Something that works, but probably not as meant."""
        self._note(self._warnings, path, what)

    def missing(self, path: Path, what: str) -> None:
        """A secret that is not where the file says it is."""
        self._missing.setdefault(f"{spell(path)}: {what}", self.line(path))

    @property
    def problems(self) -> list[str]:
        """Sentences of the form `routes.toml:LINE: key path: what is wrong`, by line."""
        return [each for each in _by_line(self._problems) if not self._excused(each)]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences like the problems'."""
        return tuple(_by_line(self._warnings))

    @property
    def lacking(self) -> tuple[str, ...]:
        """Sentences of the form `key path: ${NAME} is not set`, in the file's order."""
        return tuple(_by_line(self._missing))

    def _excused(self, sentence: str) -> bool:
        paths = self._excuses.get(sentence, ())
        above = (path[: length + 1] for path in paths for length in range(len(path)))
        return not self._misspelt.isdisjoint(above)

    def _note(self, kept: dict[str, int], path: Path, what: str) -> str:
        line = self.line(path)
        where = f"{spell(path)}: " if path else ""
        sentence = f"{self.name}:{line}: {where}{what}"
        kept.setdefault(sentence, line)
        return sentence


def _by_line(kept: Mapping[str, int]) -> list[str]:
    return sorted(kept, key=lambda sentence: kept[sentence])
