"""`tocsin import`: turn an alertmanager.yml into a routes.toml."""

import os
from pathlib import Path

import click

from router.cli import show


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--with-secrets", is_flag=True, help="Write secrets into it, not ${NAME}.")
def import_(file: Path, with_secrets: bool) -> None:
    """Print the routes.toml that does what an alertmanager.yml does.

    Secrets become references to environment variables, which are named on standard error with
    the line each stood on. What differs, and what is not supported, is named there too; with
    something unsupported nothing is printed.

    \b
    Examples:
      tocsin import alertmanager.yml > routes.toml
      tocsin serve --config alertmanager.yml     (serves it as it is)
    """
    from router.config.alertmanager.load import load, taken_over
    from router.config.alertmanager.write import write

    raw, folder = file.read_bytes(), file.resolve().parent
    load(raw, name=file.name, folder=folder, environ=os.environ)
    document, translated = taken_over(raw, file.name)
    imported = write(raw, file.name, document, translated, with_secrets=with_secrets)
    click.echo(imported.text, nl=False)
    for warning in imported.warnings:
        click.echo(f"warning: {show.clean(warning)}", err=True)
    for variable in imported.variables:
        where = show.clean(variable.where)
        click.echo(f"note: set {variable.name} to what is at {where}", err=True)
