"""How well the effects of treatments are estimated: `python -m benchmarks.verdict.effects`.

It shows whether users may rely on the verdicts better, worse, same and cannot tell.

Tables are drawn from worlds with a known formula; three treatments and no treatment are cross-validated and fitted
with three classifiers each. The true effect is the mean over all tables of the effect on many fresh rows. It is the
expected effect on another table of the same size, with the noise of refitting. Every table shows its worst cell.
"""
