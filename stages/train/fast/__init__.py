"""Samplers that give imbalanced-learn's very rows, sooner."""
