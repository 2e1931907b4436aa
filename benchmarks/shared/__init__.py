"""Functions that several benchmarks use.

They cover options, clones of the project, tables, data and statistics.
"""
