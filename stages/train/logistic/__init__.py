"""Logistic regression for many C and many tables of one grid: at its optimum, or as scikit-learn's lbfgs leaves it."""
