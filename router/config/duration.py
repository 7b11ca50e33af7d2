"""Durations as routes.toml has them."""

from router.core.duration import LONGEST, parse

__all__ = ["LONGEST", "parse"]
