"""What `tocsin schedule check` tells: the hours with nobody, and who carries how many."""

from typing import Any

import click

from router.cli import show, when
from router.core.moment import SECOND

Told = dict[str, Any]


def lacking(told: Told) -> bool:
    """Whether a schedule has gaps, and does not say that there may be."""
    return bool(told["gaps"]) and not told["allow_gaps"]


def tell(told: Told) -> None:
    """Print it for people."""
    for each in told["schedules"]:
        _tell(each)
    for sentence in told["ignored"]:
        click.echo(f"warning: {show.clean(sentence)}")


def _tell(told: Told) -> None:
    zone = told["timezone"]
    sums = f"coverage {told['coverage']:.0f} %, balance {told['balance']:.0f} %"
    click.echo(show.clean(f"{told['schedule']}: {sums}, score {told['score']}"))
    spans = [(who, show.span(seconds * SECOND)) for who, seconds in told["seconds"].items()]
    if spans:
        show.table(spans, indent="  ")
    word = "note" if told["allow_gaps"] else "warning"
    for gap in told["gaps"]:
        start, end = when.wall(gap["start"]), when.wall(gap["end"])
        spelt = f"{when.spell(start, zone)} to {when.spell(end, zone)} ({show.span(end - start)})"
        click.echo(f"  {word}: nobody from {spelt}")
