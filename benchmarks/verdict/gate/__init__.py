"""How often the gate of a pull request stops a loss, and how often it stops where there is none.

`python -m benchmarks.verdict.gate` shows maintainers which losses the gate can find, and for which champions.
"""
