"""Commands that measure the speed of the pipeline and the accuracy of its verdicts.

Each prints Markdown tables for the documentation; docs/reference/benchmarks.md lists them.
"""
