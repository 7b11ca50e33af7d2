"""`tocsin import`: turn an alertmanager.yml into a routes.toml."""

import os
from pathlib import Path

import click

from router.cli import show

MACROS = "alertmanager.j2"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--with-secrets", is_flag=True, help="Write secrets into it, not ${NAME}.")
@click.option(
    "--templates",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write what templates share into DIR/alertmanager.j2, not into each field.",
)
def import_(file: Path, with_secrets: bool, templates: Path | None) -> None:
    """Print the routes.toml that does what an alertmanager.yml does.

    Secrets become references to environment variables, which are named on standard error with
    the line each stood on. What differs, and what is not supported, is named there too; with
    something unsupported nothing is printed. Go templates become jinja2; one that cannot be
    translated is named with its line, and our own text is sent instead.

    \b
    Examples:
      tocsin import alertmanager.yml > routes.toml
      tocsin import alertmanager.yml --templates templates > routes.toml
      tocsin serve --config alertmanager.yml     (serves it as it is)
    """
    from router.config.alertmanager.load import load, taken_over
    from router.config.alertmanager.write import write

    raw, folder = file.read_bytes(), file.resolve().parent
    load(raw, name=file.name, folder=folder, environ=os.environ)
    document, translated = taken_over(raw, file.name, folder)
    imported = write(
        raw,
        file.name,
        document,
        translated,
        with_secrets=with_secrets,
        templates=str(templates or ""),
    )
    if templates and imported.macros:
        templates.mkdir(parents=True, exist_ok=True)
        (templates / MACROS).write_text(f"{imported.macros}\n", "utf-8")
    click.echo(imported.text, nl=False)
    for warning in imported.warnings:
        click.echo(f"warning: {show.clean(warning)}", err=True)
    for variable in imported.variables:
        where = show.clean(variable.where)
        click.echo(f"note: set {variable.name} to what is at {where}", err=True)
