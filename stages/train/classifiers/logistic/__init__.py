"""Logistic regression at its optimum, for several penalties and several tables at once.

Start at `estimator.NewtonLogisticRegression`; docs/explanation/logistic-regression.md derives the method.
"""
