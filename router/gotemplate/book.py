"""All named templates together, each translated when something first needs it."""

import re
from collections.abc import Mapping

import msgspec

from router.gotemplate.contexts import Place
from router.gotemplate.functions import NAMES
from router.gotemplate.nodes import Template, TemplateError
from router.gotemplate.parser import parse
from router.gotemplate.translate import Translator
from router.gotemplate.written import Names, spelt

_CALLED = re.compile(r"\b([A-Za-z_]\w*)\(")
_MACRO = re.compile(r"\{%-?\s*macro\s+([A-Za-z_]\w*)\(.*?\{%-?\s*endmacro\b[^%]*%\}", re.DOTALL)
_FUNCTIONS = frozenset(NAMES)


class Translation(msgspec.Struct, frozen=True):
    """A template as jinja2's text, the macros it needs by their names, and what it lacks.

    `undefined` are sentences of templates that are called and are not there.
    """

    text: str
    macros: Mapping[str, str] = {}
    undefined: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The macros and the text as one template."""
        return "".join((*self.macros.values(), self.text))


class Book:
    """Go's named templates; what is added later replaces what has its name, unless it is empty."""

    def __init__(self) -> None:
        self._templates: dict[str, Template] = {}
        self._names: dict[tuple[str, Place | None], str] = {}
        self._macros: dict[str, str] = {}
        self._ends: dict[str, Place | None] = {}
        self._taken = Names(_FUNCTIONS)
        self._undefined: dict[str, None] = {}

    def copy(self) -> "Book":
        """A book that may be added to while this one stays as it is."""
        book = Book()
        book._templates = dict(self._templates)
        return book

    def add(self, source: str, file: str) -> None:
        """Add what a file defines, and the file itself by its name.

        Raises:
            TemplateError: Go would not take it.
        """
        for template in parse(source, file, _FUNCTIONS, file):
            self._put(template)

    def _put(self, template: Template) -> None:
        if not template.empty or template.name not in self._templates:
            self._templates[template.name] = template

    @property
    def macros(self) -> dict[str, str]:
        """The macros that were needed so far, by their names."""
        return dict(self._macros)

    @property
    def names(self) -> list[str]:
        """The names of all templates."""
        return list(self._templates)

    def source(self, name: str) -> Template | None:
        """The template of this name as it was read; None when there is none."""
        return self._templates.get(name)

    def translate(
        self, source: str, file: str, line: int = 1, *, html: bool = False
    ) -> Translation:
        """A text that may use every template of the book, as jinja2's; its data is `data`.

        *line* is where in the file it begins.

        Raises:
            TemplateError: Go would not take it, or it cannot be translated.
        """
        book = self
        main, *defined = parse(source, file, _FUNCTIONS, "")
        if defined:
            book = self.copy()
            for template in defined:
                book._put(template)
        try:
            return book._translated(main, html=html)
        except TemplateError as error:
            moved = error.line + line - 1 if error.file == file else error.line
            raise TemplateError(error.file, moved, error.what) from None

    def macro(
        self, name: str, place: Place | None, file: str, line: int
    ) -> tuple[str, Place | None]:
        """The macro that is the template of this name there, and the place behind it.

        Its name is empty if there is none; in HTML that is an error at once, as it is in Go.

        Raises:
            TemplateError: it cannot be translated.
        """
        template = self._templates.get(name)
        if template is None:
            lacking = TemplateError(file, line, f'template "{name}" not defined')
            if place is not None:
                raise lacking
            self._undefined[str(lacking)] = None
            return "", None
        key = (name, place._replace(before="") if place else None)
        if key not in self._names:
            wanted = name if place is None else f"{name}_in_{place.kind or place.state}"
            macro = self._names[key] = self._taken.new(wanted)
            self._ends[macro] = place
            translator = Translator(template, Names(self._used()), self.macro, place, "dot")
            body = translator.text()
            self._ends[macro] = translator.place
            self._macros[macro] = f"{{% macro {macro}(dot) %}}{body}{{% endmacro %}}"
        macro = self._names[key]
        return macro, self._ends[macro]

    def _used(self) -> frozenset[str]:
        """What a variable must not be called: any macro there is or may be."""
        return _FUNCTIONS | {"dot", *self._names.values(), *map(spelt, self._templates)}

    def _translated(self, main: Template, *, html: bool) -> Translation:
        place = Place() if html else None
        self._undefined.clear()
        translator = Translator(main, Names(self._used()), self.macro, place, "data")
        text = translator.text()
        if translator.place and translator.place.state != "text":
            raise TemplateError(main.file, main.line, "ends in a non-text context")
        return Translation(text, needed(text, self._macros), tuple(self._undefined))


def macros(source: str) -> dict[str, str]:
    """The macros that a jinja2 file defines, by their names."""
    return {found[1]: found[0] for found in _MACRO.finditer(source)}


def needed(text: str, macros: Mapping[str, str]) -> dict[str, str]:
    """Those of the macros that a jinja2 text uses, and those that they use."""
    found: dict[str, str] = {}
    todo = [text]
    while todo:
        for name in _CALLED.findall(todo.pop()):
            if name in macros and name not in found:
                found[name] = macros[name]
                todo.append(macros[name])
    return found
