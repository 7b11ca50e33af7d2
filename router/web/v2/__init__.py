"""Alertmanager's API v2, one file for each thing it shows. Facts: its openapi.yaml and answers."""
