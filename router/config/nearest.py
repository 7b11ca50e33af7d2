"""What a misspelt name was probably meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches

LISTED_MAX = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like this one, empty when none is like it."""
    folded = {_fold(each): each for each in reversed(list(known))}
    near = get_close_matches(_fold(name), folded, n=1)
    return folded[near[0]] if near else ""


def hint(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest name, else `; known: …`, else nothing to say."""
    names = list(dict.fromkeys(known))
    if near := nearest(name, names):
        return f"; did you mean {near!r}?"
    if not names:
        return ""
    more = ", …" if len(names) > LISTED_MAX else ""
    return f"; known: {', '.join(names[:LISTED_MAX])}{more}"


def _fold(name: str) -> str:
    return name.casefold().replace("-", "_")
