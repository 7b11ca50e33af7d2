"""Alertmanager's own configuration file: read as strictly as upstream does, and put to our use."""
