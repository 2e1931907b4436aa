"""Functions that several benchmarks use.

They hold whatever two commands would otherwise write twice: options, tables, data and statistics.
"""
