"""An alertmanager.yml, served as it is."""

from collections.abc import Mapping
from pathlib import Path as FilePath

import msgspec

from router.config import load as toml
from router.config.alertmanager.document import Document, read
from router.config.alertmanager.translate import Translated, translate
from router.config.findings import Findings
from router.config.load import Loaded
from router.config.path import Path
from router.config.vault import Vault
from router.core.template import Templates
from router.errors import ConfigError


def load(
    text: bytes,
    *,
    name: str,
    folder: FilePath,
    environ: Mapping[str, str],
    wall: int | None = None,
    lenient: bool = False,
) -> Loaded:
    """Read and check a whole alertmanager.yml called `name`, as `load.load` does a routes.toml.

    Nothing in it refers to the environment: Alertmanager takes `${NAME}` as it is written.

    Raises:
        ConfigError: Alertmanager would refuse it, or it asks for what is not supported here.
    """
    document, translated = taken_over(text, name, folder, lenient=lenient)
    findings = _Traced(name, document.lines, translated.origins)
    vault = Vault(folder, environ, literal=True)
    loaded = toml.assemble(text, translated.values, findings, vault, folder=folder, wall=wall)
    warnings = (*document.findings.warnings, *loaded.warnings)
    templates = Templates(macros=translated.macros, files=translated.files)
    return msgspec.structs.replace(loaded, warnings=warnings, templates=templates)


def taken_over(
    text: bytes, name: str, folder: FilePath | None = None, *, lenient: bool = False
) -> tuple[Document, Translated]:
    """The document, and what routes.toml would say; template files are found from *folder*.

    With *lenient*, those that cannot be used are warned of.

    Raises:
        ConfigError: Alertmanager would refuse it, or it asks for what is not supported here.
    """
    document = read(text, name)
    if document.findings.problems:
        raise ConfigError(document.findings.problems)
    translated = translate(document, folder, lenient=lenient)
    if document.findings.problems:
        raise ConfigError(document.findings.problems)
    return document, translated


class _Traced(Findings):
    """Findings about tables made of another file, told where they stand in that one."""

    def __init__(self, name: str, lines: Mapping[Path, int], origins: Mapping[Path, Path]) -> None:
        super().__init__(name, lines)
        self._origins = origins

    def missing(self, path: Path, what: str) -> None:
        super().missing(self._origin(path), what)

    def _note(self, kept: dict[str, int], path: Path, what: str) -> str:
        return super()._note(kept, self._origin(path), what)

    def _origin(self, path: Path) -> Path:
        for length in range(len(path), 0, -1):
            if (origin := self._origins.get(path[:length])) is not None:
                return (*origin, *path[length:])
        return path
