"""`tocsin test-receiver`: send a test to a receiver or a person, really."""

import click

from router.cli import client, show
from router.cli.failure import Failure


@click.command("test-receiver")
@click.argument("to", metavar="NAME|user:ID")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@client.options
def test_receiver(to: str, as_json: bool, url: str, token: str) -> None:
    """Send a test to every integration of a receiver, or by every contact method of a person.

    It is really sent, by the running service. Needs a token that may do everything (admin).

    \b
    Examples:
      tocsin test-receiver ops
      tocsin test-receiver user:ana
    """
    told = client.Client(url, token).post("/api/v1/receivers/test", {"to": to}, "results")
    if as_json:
        show.as_json(told)
    else:
        show.table([_row(result) for result in told["results"]])
    if not told["ok"]:
        failed = sum(not result["ok"] for result in told["results"])
        raise Failure(f"{failed} of {len(told['results'])} did not arrive")


def _row(result: dict[str, str]) -> tuple[str, ...]:
    said = result["error"] or result["detail"]
    return ("ok" if result["ok"] else "FAILED", result["target"], f"{result['seconds']}s", said)
