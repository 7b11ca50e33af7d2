"""Writes down why alerts are told to nobody: once, when it changes, to be told of later."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from router.core import command as c
from router.core.draft import Draft
from router.core.group import Group
from router.core.labels import decode, text
from router.core.state import State

Reasons = tuple[str, ...]

REASONS = 20  # So many different reasons are kept with a group, or named in a record.
_LONGEST = 300


def note(draft: Draft, group: Group, quiet: Mapping[int, Reasons], heard: Iterable[int]) -> None:
    """Record which of a group's alerts began to be quiet at this flush, and which may be *heard*.

    `muted` is recorded once for each set of reasons, with the alerts they hold back and with what
    each reason stands for in words: a silence or a source may be forgotten when somebody asks.
    """
    before = draft.state.hushed.get(group.id)
    if before is None and not quiet and not group.muted_by:
        return
    if before is None and group.muted_by == together(quiet.values()):
        draft.add(c.Hushed(group.id, quiet))  # As it was before the start: nothing to add.
        return
    known: Mapping[int, Reasons] = before or {}
    if quiet == known:
        return
    changed: defaultdict[Reasons, list[int]] = defaultdict(list)
    for alert, reasons in quiet.items():
        if known.get(alert) != reasons:
            changed[reasons].append(alert)
    for reasons, alerts in changed.items():
        named = in_words(draft.state, reasons)
        draft.record("muted", group=group.id, by=list(reasons), alerts=alerts, named=named)
    audible = [alert for alert in heard if alert in known or (before is None and group.muted_by)]
    if audible:
        draft.record("unmuted", group=group.id, by=[], alerts=audible)
    draft.add(c.Hushed(group.id, quiet))


def together(reasons: Iterable[Reasons]) -> Reasons:
    """All different reasons, sorted; of very many the first ones."""
    return tuple(sorted({each for one in reasons for each in one})[:REASONS])


def in_words(state: State, reasons: Iterable[str]) -> dict[str, str]:
    """Who and what stands behind reasons like `silence:ID` and `inhibited:ID`, where it is known.

    A silence is `who: comment`, an inhibiting alert its label set.
    """
    words = {}
    for reason in reasons:
        kind, _, name = reason.partition(":")
        if kind == "silence" and (silence := state.silences.get(name)):
            said = ": ".join(filter(None, (silence.created_by, silence.comment)))
            words[reason] = said[:_LONGEST]
        elif kind == "inhibited" and (source := state.by_id.get(int(name))):
            words[reason] = text(decode(source.labels))[:_LONGEST]
        elif kind == "maintenance" and (window := state.configuration.maintenance.get(name)):
            words[reason] = window.comment[:_LONGEST]
    return words
