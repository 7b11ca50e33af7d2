"""Turns routes.toml into the core's values, or names every mistake in it with its line."""
