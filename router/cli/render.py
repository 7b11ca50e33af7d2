"""`tocsin render`: show what a template makes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from router.cli.failure import Failure

if TYPE_CHECKING:
    from router.core.template import Templates


@click.command()
@click.argument("text", required=False)
@click.option("--engine", type=click.Choice(["go", "jinja2"]), default="go", show_default=True)
@click.option("--html", is_flag=True, help="Escape what is filled in for where it stands in HTML.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="A webhook's body in JSON to fill in; an example if not given.",
)
@click.option("--glob", "globs", multiple=True, metavar="PATTERN", help="Go templates to use.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Use the templates of this routes.toml or alertmanager.yml.",
)
@click.option("--translate", is_flag=True, help="Print the template as jinja2 instead.")
def render(
    text: str | None,
    engine: str,
    html: bool,
    data: Path | None,
    globs: tuple[str, ...],
    config: Path | None,
    translate: bool,
) -> None:
    """Print what a template makes of some data, or what is wrong with it.

    Without TEXT it is read from standard input. Nothing is sent, and no service need run.

    \b
    Examples:
      tocsin render '{{ template "slack.default.title" . }}'
      tocsin render '{{ template "my.text" . }}' --glob 'templates/*.tmpl' --data alerts.json
      tocsin render '{{ data.CommonLabels.severity | toUpper }}' --engine jinja2
    """
    from router.cli import when
    from router.errors import RouterError
    from router.senders.render import render as make

    source = sys.stdin.read() if text is None else text
    try:
        made = make(
            source,
            _templates(globs, config),
            at=when.now(),
            body=_json(data) if data else None,
            engine=engine,
            html=html,
        )
    except RouterError as error:
        raise Failure(str(error)) from None
    click.echo(made.jinja2 if translate else made.text, nl=False)


def _json(file: Path) -> Any:
    import msgspec

    try:
        return msgspec.json.decode(file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Failure(f"{file}: is no JSON: {error}") from None


def _templates(globs: tuple[str, ...], config: Path | None) -> "Templates":
    import glob

    import msgspec

    from router.cli import routes
    from router.core.template import Templates

    found = routes.read(config).templates if config else Templates()
    files = dict(found.files)
    for pattern in globs:
        matched = sorted(name for name in glob.glob(pattern) if Path(name).is_file())
        if not matched:
            raise Failure(f"--glob {pattern}: there is no such file")
        files.update({Path(name).name: Path(name).read_text("utf-8") for name in matched})
    return msgspec.structs.replace(found, files=files)
