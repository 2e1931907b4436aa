"""The charts: Vega-Lite specifications without data, and their pictures."""
