"""Which settings params.yaml may give to each sampler and classifier, by the names of their library.

Plain data, so that a typo is answered before any library is imported; a test compares it with the libraries.
Left out: what the pipeline sets itself (random_state, n_jobs, class weights), what takes an object, and XGBoost's
objective, since all but binary:logistic give scores that are no probabilities.
"""

from typing import Any

#: settings of a sampler or a classifier, in the words of its library
Settings = dict[str, Any]

_NEIGHBOURS = ("sampling_strategy", "k_neighbors")
_CLEANING = ("sampling_strategy", "n_neighbors", "kind_sel")

SAMPLER_SETTINGS: dict[str, tuple[str, ...]] = {
    "ADASYN": ("sampling_strategy", "n_neighbors"),
    "AllKNN": (*_CLEANING, "allow_minority"),
    "BorderlineSMOTE": (*_NEIGHBOURS, "m_neighbors", "kind"),
    "ClusterCentroids": ("sampling_strategy", "voting"),
    "CondensedNearestNeighbour": ("sampling_strategy", "n_neighbors", "n_seeds_S"),
    "EditedNearestNeighbours": _CLEANING,
    "InstanceHardnessThreshold": ("sampling_strategy", "cv"),
    "KMeansSMOTE": (*_NEIGHBOURS, "kmeans_estimator", "cluster_balance_threshold", "density_exponent"),
    "NearMiss": ("sampling_strategy", "version", "n_neighbors", "n_neighbors_ver3"),
    "NeighbourhoodCleaningRule": ("sampling_strategy", "n_neighbors", "threshold_cleaning"),
    "OneSidedSelection": ("sampling_strategy", "n_neighbors", "n_seeds_S"),
    "RandomOverSampler": ("sampling_strategy", "shrinkage"),
    "RandomUnderSampler": ("sampling_strategy", "replacement"),
    "RepeatedEditedNearestNeighbours": (*_CLEANING, "max_iter"),
    "SMOTE": _NEIGHBOURS,
    "SMOTEENN": _NEIGHBOURS,  # k_neighbors is handed to the SMOTE inside
    "SMOTEN": _NEIGHBOURS,
    "SMOTENC": _NEIGHBOURS,
    "SMOTETomek": _NEIGHBOURS,
    "SVMSMOTE": (*_NEIGHBOURS, "m_neighbors", "out_step"),
    "TomekLinks": ("sampling_strategy",),
}

_TREE = (
    "n_estimators", "criterion", "max_depth", "min_samples_split", "min_samples_leaf", "min_weight_fraction_leaf",
    "max_features", "max_leaf_nodes", "min_impurity_decrease", "bootstrap", "ccp_alpha", "max_samples",
)  # fmt: skip

#: the one that is ours: how many rows the trees of a forest see together (stages/train/classifiers/budget.py)
MAX_ROWS = "max_rows"

CLASSIFIER_SETTINGS: dict[str, tuple[str, ...]] = {
    "logistic_regression": ("C", "l1_ratio", "tol", "fit_intercept", "solver", "max_iter"),
    "random_forest": (*_TREE, MAX_ROWS),
    "extra_trees": (*_TREE, MAX_ROWS),
    "xgboost": (
        "n_estimators", "max_depth", "max_leaves", "max_bin", "grow_policy", "learning_rate", "booster",
        "tree_method", "gamma", "min_child_weight", "max_delta_step", "subsample", "sampling_method",
        "colsample_bytree", "colsample_bylevel", "colsample_bynode", "reg_alpha", "reg_lambda", "base_score",
        "num_parallel_tree", "eval_metric",
    ),
    "mlp": (
        "hidden_layer_sizes", "max_iter", MAX_ROWS, "learning_rate_init", "batch_size", "alpha", "beta_1", "beta_2",
        "epsilon",
    ),
    "balanced_random_forest": (*_TREE, "sampling_strategy", "replacement"),
    "easy_ensemble": ("n_estimators", "sampling_strategy", "replacement"),
    "rus_boost": ("n_estimators", "learning_rate", "sampling_strategy", "replacement"),
    "blend": ("n_rounds",),
}  # fmt: skip

#: these balance inside themselves: class weights or a sampler on top would count the imbalance twice
BALANCED_ENSEMBLES = ("balanced_random_forest", "easy_ensemble", "rus_boost")

#: the weighted vote of the other classifiers of a strategy
BLEND = "blend"

#: the solver of logistic regression that goes on to the optimum, the one that runs when params.yaml names none
CONVERGED = "converged"

#: scikit-learn's own, which run as they would for anybody
SOLVERS = ("lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga")
