"""The folder of the operator's own templates."""

from pathlib import Path

from router.config.table import Table
from router.core.template import Templates
from router.gotemplate.book import macros

SIZE_MAX = 1 << 20


def read(root: Table, folder: Path, lenient: bool = False) -> Templates:
    """The files `*.j2` of the folder that `templates` names, relative to *folder*.

    One that has the name of a message replaces its built-in text; the macros of all of them may
    be called from fields. With *lenient*, what cannot be read is warned of.
    """
    say = root.findings.warn if lenient else root.findings.problem
    written = root.text("templates", "")
    if not written:
        return Templates()
    place = folder / written
    if not place.is_dir():
        say(root.at("templates"), f"there is no folder {str(place)!r} of templates")
        return Templates()
    messages: dict[str, str] = {}
    for file in sorted(place.glob("*.j2")):
        try:
            if file.stat().st_size > SIZE_MAX:
                raise OSError(f"it is over {SIZE_MAX} bytes")
            messages[file.name.removesuffix(".j2")] = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            say(root.at("templates"), f"{file.name} cannot be read: {error}")
    found = {name: text for source in messages.values() for name, text in macros(source).items()}
    return Templates(messages=messages, macros=found)
