"""The template files of an alertmanager.yml, and its fields put as jinja2 has them."""

import glob
from pathlib import Path as FilePath
from typing import Any

from router.config.alertmanager.kinds import Values
from router.config.findings import Findings
from router.config.path import Path
from router.gotemplate import defaults
from router.gotemplate.book import Book
from router.gotemplate.nodes import TemplateError

SIZE_MAX = 1 << 20


def book(
    values: Values,
    folder: FilePath | None,
    findings: Findings,
    files: dict[str, str],
    *,
    lenient: bool = False,
) -> Book:
    """The shipped templates and those of the files that `templates` names, relative to *folder*.

    What they hold is put into *files* by their names. A file that Go would not take is a problem,
    as it is for Alertmanager; with *lenient*, a warning.
    """
    say = findings.warn if lenient else findings.problem
    found = defaults.shipped().copy()
    for at, pattern in enumerate(values.get("templates") or ()):
        for file in _files(pattern, folder):
            try:
                source = _read(file)
                found.add(source, file.name)
                files[file.name] = source
            except (OSError, UnicodeDecodeError, TemplateError) as error:
                say(("templates", at), _said(file, error))
    return found


def _said(file: FilePath, error: Exception) -> str:
    if isinstance(error, TemplateError):
        return f"{file}:{error.line}: {error.what}"
    return f"{file} cannot be read: {error}"


def _files(pattern: str, folder: FilePath | None) -> list[FilePath]:
    if folder is None:
        return []
    return [
        FilePath(name)
        for name in sorted(glob.glob(str(folder / pattern), include_hidden=True))
        if FilePath(name).is_file()
    ]


def _read(file: FilePath) -> str:
    if file.stat().st_size > SIZE_MAX:
        raise OSError(f"a file of templates is at most {SIZE_MAX} bytes")
    return file.read_text("utf-8")


class Wordings:
    """Translates fields; what cannot be translated is told, and left to the built-in text."""

    def __init__(self, templates: Book, findings: Findings) -> None:
        self._book = templates
        self._findings = findings

    @property
    def macros(self) -> dict[str, str]:
        """What translated fields call and the program does not have anyhow, by names."""
        known = defaults.macros()
        found = self._book.macros
        return {name: text for name, text in found.items() if known.get(name) != text}

    def redefined(self, name: str) -> bool:
        """Whether the files have a template of their own by this name."""
        return self._book.source(name) is not defaults.shipped().source(name)

    def silent(self, name: str) -> bool:
        """Whether a template says nothing at all."""
        source = self._book.source(name)
        return source is None or source.empty

    def translated(self, value: Any, path: Path, *, html: bool = False) -> Any:
        """The value with every text in it translated; None when one of them cannot be."""
        try:
            return self._translated(value, path, html=html)
        except TemplateError as error:
            where = "" if error.file == self._findings.name else f"{error.file}:{error.line}: "
            extra = f" (line {error.line} of the field)" if not where and error.line > 1 else ""
            what = f"{where}{error.what}{extra}; the built-in text is used instead"
            self._findings.warn(path, what)
            return None

    def address(self, value: Any, path: Path) -> str | None:
        """The value translated, where no text of ours could be used instead; a problem, and None,
        when it cannot be, or calls a template that is defined nowhere."""
        try:
            found = self._book.translate(str(value), self._findings.name)
        except TemplateError as error:
            self._findings.problem(path, f"{error.what}; so nobody knows where to send it")
            return None
        for lacking in found.undefined:
            what = lacking.removeprefix(f"template: {self._findings.name}:1: ")
            self._findings.problem(path, f"{what}; so nobody knows where to send it")
        return None if found.undefined else found.text

    def _translated(self, value: Any, path: Path, *, html: bool) -> Any:
        if isinstance(value, str):
            found = self._book.translate(value, self._findings.name, html=html)
            for lacking in found.undefined:
                what = f"{lacking}; where it is called, the built-in text is used instead"
                self._findings.warn(path, what)
            return found.text
        if isinstance(value, dict):
            return {
                key: self._translated(each, (*path, key), html=html)
                for key, each in value.items()
                if each is not None
            }
        if isinstance(value, list):
            return [self._translated(each, (*path, at), html=html) for at, each in enumerate(value)]
        return value
