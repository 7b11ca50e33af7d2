"""How a command ends that could not do what was asked."""

from typing import IO, Any

import click


class Failure(click.ClickException):
    """A sentence that says what is wrong and what to do next; exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it, without the usage that would not have helped."""
        click.echo(f"tocsin: {self.format_message()}", file=file, err=True)
