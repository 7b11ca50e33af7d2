"""The filters templates may use: none of them can make much out of little."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from jinja2.filters import FILTERS
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context

from router.senders.budget import TEXT_MAX, OverBudget
from router.senders.clean import web_link

_NAMES = """
abs capitalize count d default dictsort e escape first float groupby int items last length list
lower map max min reject rejectattr reverse select selectattr sort string title trim truncate
unique upper urlencode wordcount
"""


def filters() -> dict[str, Callable[..., Any]]:
    """Every filter by its name. `link` is ours: an address of a web page, or nothing."""
    own = {"join": _join, "replace": _replace, "round": _round, "tojson": _tojson, "link": web_link}
    return {name: FILTERS[name] for name in _NAMES.split()} | own


@pass_eval_context
def _join(context: EvalContext, values: Iterable[Any], d: str = "") -> str:
    """jinja2's `join`; refused before it is built when the result would be too long."""
    items = list(values)
    if sum(len(str(item)) + len(d) for item in items) > TEXT_MAX:
        raise OverBudget(f"a joined text is longer than {TEXT_MAX} characters")
    return cast(str, FILTERS["join"](context, items, d))


@pass_eval_context
def _replace(context: EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    """jinja2's `replace`; refused before it is built when the result would be too long."""
    if len(str(s)) + str(s).count(str(old)) * len(str(new)) > TEXT_MAX:
        raise OverBudget(f"a replaced text is longer than {TEXT_MAX} characters")
    return cast(str, FILTERS["replace"](context, s, old, new, count))


def _round(value: float, precision: int = 0) -> float:
    """The number rounded to at most fifteen places."""
    return round(value, max(-15, min(15, precision)))


@pass_eval_context
def _tojson(context: EvalContext, value: Any) -> str:
    """The value as JSON on one line, safe inside HTML."""
    return cast(str, FILTERS["tojson"](context, value))
