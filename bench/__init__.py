"""Tocsin and Alertmanager under the same load, on the same machine, in alternation."""
