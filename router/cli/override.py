"""`tocsin override` and `tocsin swap`: exceptions to a running service's schedules."""

import getpass
from typing import Any

import click

from router.cli import client, show, when
from router.cli.failure import Failure

_by = click.option("--by", default="", help="Who does it; else the token's name, or your login.")
_comment = click.option("--comment", default="", help="Why; it is kept with it.")
_from = click.option("--from", "since", default="", metavar="TIME", help="From when; else now.")
_to = click.option("--to", "until", default="", metavar="TIME", help="Until when (ISO 8601).")
_json = click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
Told = dict[str, Any]


@click.group()
def override() -> None:
    """Make exceptions to a schedule while the service runs, and take them back.

    \b
    Examples:
      tocsin override add primary --user bo --to 2026-12-27T09:00
      tocsin override list
      tocsin override remove 1204
    """


@override.command()
@click.argument("schedule")
@click.option("--user", "users", multiple=True, help="On call instead of the layers; repeat it.")
@click.option("--nobody", is_flag=True, help="Nobody is on call.")
@click.option("--add", multiple=True, metavar="USER", help="On call beside the others.")
@click.option("--remove", multiple=True, metavar="USER", help="Not on call; others step in.")
@_from
@_to
@click.option("--for", "lasts", default="", metavar="DURATION", help="How long, instead of --to.")
@_comment
@_by
@_json
@client.options
def add(
    schedule: str,
    users: tuple[str, ...],
    nobody: bool,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    since: str,
    until: str,
    lasts: str,
    comment: str,
    by: str,
    as_json: bool,
    url: str,
    token: str,
) -> None:
    """Put others on call for a while. Times without an offset are local to the schedule.

    \b
    Examples:
      tocsin override add primary --user bo --for 4h --comment "ana is ill"
      tocsin override add primary --add cy --from 2026-12-24T18:00 --to 2026-12-25T09:00
      tocsin override add primary --nobody --to 2026-12-27T09:00
    """
    if nobody and users:
        raise Failure("--nobody and --user: give one of them")
    if bool(until) == bool(lasts):
        raise Failure("say until when with --to, or how long with --for")
    body = {
        "schedule": schedule,
        "from": since,
        "to": until or _after(since, lasts),
        "users": list(users) if users or nobody else None,
        "add": list(add),
        "remove": list(remove),
    }
    _post("/api/v1/overrides", body | _who(by, comment, token), as_json, url, token)


@override.command("list")
@click.argument("schedule", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@_json
@client.options
def list_(schedule: str | None, everything: bool, as_json: bool, url: str, token: str) -> None:
    """List the overrides made while the service ran; those of routes.toml stand there.

    \b
    Examples:
      tocsin override list
      tocsin override list primary --all --json
    """
    asked = {"schedule": schedule, "all": "true" if everything else ""}
    told = client.Client(url, token).get("/api/v1/overrides", "overrides", **asked)
    if as_json:
        show.as_json(told)
    elif not told["overrides"]:
        click.echo("There is no override.")
    else:
        _table(told["overrides"])


@override.command()
@click.argument("number", type=click.IntRange(1), metavar="N")
@_by
@client.options
def remove(number: int, by: str, url: str, token: str) -> None:
    """Take an override back, and what was made with it; a swap goes with all its parts.

    \b
    Example:
      tocsin override remove 1204
    """
    who = {"by": by or ("" if token else _login()), "via": "cli"}
    told = client.Client(url, token).delete(f"/api/v1/overrides/{number}", "text", **who)
    click.echo(show.clean(told["text"]))


@click.command()
@click.argument("schedule")
@click.argument("user")
@click.argument("taker")
@_from
@_to
@click.option("--back-from", default="", metavar="TIME", help="From when on USER pays it back …")
@click.option("--back-to", default="", metavar="TIME", help="… and until when.")
@click.option("--mutual", is_flag=True, help="USER has TAKER's turns in the same span.")
@_comment
@_by
@_json
@client.options
def swap(
    schedule: str,
    user: str,
    taker: str,
    since: str,
    until: str,
    back_from: str,
    back_to: str,
    mutual: bool,
    comment: str,
    by: str,
    as_json: bool,
    url: str,
    token: str,
) -> None:
    """Let TAKER take the turns that USER has in a span, whatever they come to be.

    \b
    Examples:
      tocsin swap primary ana bo --from 2026-12-24 --to 2026-12-27
      tocsin swap primary ana bo --from 2026-12-24 --to 2026-12-27 \\
        --back-from 2027-01-02 --back-to 2027-01-05
    """
    if mutual and (back_from or back_to):
        raise Failure("--mutual is the same span; leave out --back-from and --back-to")
    if bool(back_from) != bool(back_to):
        raise Failure("--back-from and --back-to: give both")
    span = {"from": since, "to": until}
    back = span if mutual else {"from": back_from, "to": back_to} if back_from else None
    body = {"schedule": schedule, "user": user, "taker": taker, **span, "back": back}
    _post("/api/v1/swaps", body | _who(by, comment, token), as_json, url, token)


def _after(since: str, lasts: str) -> str:
    from router.config.duration import parse

    try:
        span = parse(lasts)
    except ValueError as error:
        raise Failure(f"--for: {error}") from None
    if since:
        raise Failure("--for counts from now; with --from say until when with --to")
    return when.iso(when.now() + span, "UTC")


def _who(by: str, comment: str, token: str) -> Told:
    return {"by": by or ("" if token else _login()), "via": "cli", "comment": comment}


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""  # A user id without a name, as in many containers.


def _post(path: str, body: Told, as_json: bool, url: str, token: str) -> None:
    told = client.Client(url, token).post(path, body, "overrides")
    if as_json:
        show.as_json(told)
    else:
        click.echo(show.clean(told["text"]))
        _table(told["overrides"])


def _table(overrides: list[Told]) -> None:
    head = ("N", "SCHEDULE", "STATE", "FROM", "TO", "WHAT", "BY", "")
    show.table([head, *map(_row, overrides)])


def _row(each: Told) -> tuple[str, ...]:
    note = f"ignored: {each['ignored']}" if each["ignored"] else each["comment"]
    since, until = each["from"][:16].replace("T", " "), each["to"][:16].replace("T", " ")
    number = str(each["id"])
    return number, each["schedule"], each["state"], since, until, _what(each), each["by"], note


def _what(each: Told) -> str:
    """In words, what it changes."""
    parts = [] if each["users"] is None else [show.people(each["users"])]
    parts += [f"and {show.people(each['add'])}"] if each["add"] else []
    parts += [f"without {show.people(each['remove'])}"] if each["remove"] else []
    parts += [f"{taker} for {giver}" for giver, taker in each["replace"].items()]
    return ", ".join(parts)
