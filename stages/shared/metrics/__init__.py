"""Metrics of scores and decisions, each defined once; start at `registry`."""
