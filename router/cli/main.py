"""`tocsin`: finds the command, and turns whatever goes wrong into one sentence and an exit code."""

from importlib import import_module
from typing import Any

import click

from router.cli.failure import Failure
from router.errors import ConfigError, RouterError

_COMMANDS = {
    "serve": "router.cli.serve:serve",
    "check": "router.cli.check:check",
    "import": "router.cli.import_:import_",
    "render": "router.cli.render:render",
    "explain": "router.cli.explain:explain",
    "oncall": "router.cli.oncall:oncall",
    "schedule": "router.cli.schedule:schedule",
    "why": "router.cli.why:why",
    "silence": "router.cli.silence:silence",
    "test-receiver": "router.cli.trial:test_receiver",
    "ical": "router.cli.ical:ical",
    "override": "router.cli.override:override",
    "swap": "router.cli.override:swap",
    "send": "router.cli.send:send",
    "incidents": "router.cli.incidents:incidents",
    "ack": "router.cli.answer:ack",
    "unack": "router.cli.answer:unack",
    "resolve": "router.cli.answer:resolve",
    "snooze": "router.cli.incident_actions:snooze",
    "unsnooze": "router.cli.incident_actions:unsnooze",
    "escalate": "router.cli.incident_actions:escalate",
    "reassign": "router.cli.incident_actions:reassign",
    "responders": "router.cli.incident_actions:responders",
    "note": "router.cli.incident_actions:note",
    "page": "router.cli.page:page",
    "rejects": "router.cli.rejects:rejects",
    "resume": "router.cli.resume:resume",
    "heartbeats": "router.cli.heartbeats:heartbeats",
}


class _Commands(click.Group):
    """Imports a command's file when it is asked for; none of them imports the service to say so."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params["debug"]:
                raise
            raise Failure(_sentence(error)) from error


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with `tocsin serve --console`, then `tocsin COMMAND --help`.",
)
@click.option("--debug", is_flag=True, help="Show where an error comes from.")
@click.version_option(package_name="tocsin", prog_name="tocsin", message="%(prog)s %(version)s")
def cli(debug: bool) -> None:
    """Takes alerts in, decides who must know, and keeps calling until a person has answered."""


def main() -> None:
    """Run the command line of this process, and end it."""
    cli(prog_name="tocsin")


def _sentence(error: Exception) -> str:
    match error:
        case ExceptionGroup():
            return "\n".join(map(_sentence, error.exceptions))
        case ConfigError():
            return "\n".join(error.problems)
        case RouterError():
            return str(error)
        case OSError() if error.strerror:
            place = f"{error.filename}: " if error.filename else ""
            return f"{place}{error.strerror}"
        case _:
            what = f"{type(error).__name__}: {error}"
            return (
                f"this should not happen: {what}\n`tocsin --debug …` shows where; please report it."
            )
