"""Exact nearest neighbors, found faster than by scikit-learn and in scikit-learn's own order.

Samplers spend most of their time on this search. Start at `estimator.ExactNeighbors`; the idea and the proofs are
explained in docs/decisions/12-exact-fast-samplers.md.
"""
