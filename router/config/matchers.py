"""Matchers, as routes and inhibition rules name them."""

from router.config.table import Table
from router.core.matcher import Matcher, parse_list


def matchers(table: Table, key: str) -> tuple[Matcher, ...]:
    """All conditions of an array; each of its texts may hold several, parted by commas."""
    found = table.parsed_list(key, parse_list, example='severity="critical"')
    return tuple(matcher for each in found for matcher in each)
