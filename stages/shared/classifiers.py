"""The classifiers that params.yaml may name. A new classifier is one entry in CLASSIFIERS.

Every stage reads this module: params models check settings, train builds and fits, and report ranks by complexity.
Every reader of a model file trusts the types named here. Classes and functions are named and imported on first use,
because params models must answer fast.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, NamedTuple

from stages.shared.messages import suggest_key

#: settings of a classifier or a sampler, with the names of its library
Settings = dict[str, Any]


class Iterations(NamedTuple):
    """The iterations of a classifier over all rows, which `max_rows` can limit."""

    setting: str
    default: int  # scikit-learn's own number
    minimum: int  # `max_rows` allows at least so many, unless params.yaml requests fewer
    name: str


#: with fewer trees, scores become coarse
TREES = Iterations("n_estimators", 100, 50, "trees")
EPOCHS = Iterations("max_iter", 200, 10, "epochs")

#: the only setting that no library has: the rows that all trees, or all epochs, of a classifier use together
MAX_ROWS = "max_rows"

#: the weighted vote of the other classifiers of a strategy
BLEND = "blend"

#: the default solver of logistic regression, which continues to the optimum; the others are scikit-learn's
CONVERGED = "converged"
SOLVERS = ("lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga")


def _no_problems(settings: Settings) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True)
class ClassifierSpec:
    """The facts about one classifier that the stages need. Functions and classes are named `module:name`."""

    estimator: str
    settings: tuple[str, ...]  # that params.yaml may give
    fit: str = "stages.train.classifiers.fitting:fit_estimator"  # (FitRequest) -> Fitted
    check: Callable[[Settings], Iterator[str]] = _no_problems  # yields what is wrong with the settings
    trusted_types: tuple[str, ...] = ()  # in its model file, beyond those that skops trusts
    complexity: int = 1  # of candidates that are not distinguishable, the champion is the least complex
    balances_itself: bool = False  # class weights or a sampler on top would count the imbalance twice
    counterparts: tuple[str, ...] = ()  # plain classifiers to compare with one that balances itself, best match first
    weights_per_tree: bool = False  # it supports `class_weight: balanced_subsample`
    reads_float32: bool = False  # a float32 copy made once serves all fits and saves half of the memory
    iterations: Iterations | None = None
    shared_setting: str = ""  # fits that differ only in this setting share work
    score_grid: str = "stages.train.tuning.shared_fits:score_one_by_one"

    def load(self, path: str) -> Any:
        """Return the class or the function at `path`, one of the paths of this record."""
        return resolve_name(path)


def _check_logistic_regression(settings: Settings) -> Iterator[str]:
    """Check the settings of the converged solver; scikit-learn checks what its own solvers get."""
    solver = settings.get("solver", CONVERGED)
    if solver not in (CONVERGED, *SOLVERS):
        yield f"no such solver of logistic_regression as {solver!r}; {suggest_key(str(solver), (CONVERGED, *SOLVERS))}"
    if solver != CONVERGED:
        return
    C, max_iter = settings.get("C", 1.0), settings.get("max_iter", 1)
    if isinstance(C, bool) or not isinstance(C, int | float) or not 0 < C < float("inf"):
        yield f"C of logistic_regression must be a number above 0; found {C!r}"
    if type(max_iter) is not int or max_iter < 1:
        yield f"max_iter of logistic_regression is the most steps: a whole number, at least 1; found {max_iter!r}"
    if type(settings.get("fit_intercept", True)) is not bool:
        yield f"fit_intercept of logistic_regression must be true or false; found {settings['fit_intercept']!r}"
    for key in ("tol", "l1_ratio"):
        if key in settings:
            yield f"{key} of logistic_regression belongs to scikit-learn's solvers; name one beside it: solver: saga"


def _check_mlp(settings: Settings) -> Iterator[str]:
    layers, epochs = settings.get("hidden_layer_sizes", [1]), settings.get("max_iter", 1)
    if not (isinstance(layers, list) and all(type(size) is int and size > 0 for size in layers)):
        yield "hidden_layer_sizes of mlp must be a list of numbers of units, such as [32]"
    if not (type(epochs) is int and epochs > 0):
        yield "max_iter of mlp is the number of epochs: a whole number, at least 1"


def _check_blend(settings: Settings) -> Iterator[str]:
    rounds = settings.get("n_rounds", 1)
    if not (type(rounds) is int and rounds > 0):
        yield f"n_rounds of {BLEND} is how often a member is added: a whole number, at least 1"


_TREE = (
    "n_estimators", "criterion", "max_depth", "min_samples_split", "min_samples_leaf", "min_weight_fraction_leaf",
    "max_features", "max_leaf_nodes", "min_impurity_decrease", "bootstrap", "ccp_alpha", "max_samples",
)  # fmt: skip
_XGBOOST = (
    "n_estimators", "max_depth", "max_leaves", "max_bin", "grow_policy", "learning_rate", "booster", "tree_method",
    "gamma", "min_child_weight", "max_delta_step", "subsample", "sampling_method", "colsample_bytree",
    "colsample_bylevel", "colsample_bynode", "reg_alpha", "reg_lambda", "base_score", "num_parallel_tree",
    "eval_metric",
)  # fmt: skip
_TREE_TYPE = "sklearn.tree._tree.Tree"
_UNDERSAMPLER = "imblearn.under_sampling._prototype_selection._random_under_sampler.RandomUnderSampler"
_IMBLEARN_TYPES = (_TREE_TYPE, "imblearn.pipeline.Pipeline", _UNDERSAMPLER)

# The settings are without those that the pipeline sets (random_state, n_jobs, class weights) and those that take
# objects. XGBoost's objective is fixed as well, because only binary:logistic returns probabilities.
CLASSIFIERS = {
    "logistic_regression": ClassifierSpec(
        "sklearn.linear_model:LogisticRegression",
        ("C", "l1_ratio", "tol", "fit_intercept", "solver", "max_iter"),
        fit="stages.train.classifiers.logistic.estimator:fit_logistic_regression",
        check=_check_logistic_regression,
        complexity=0,
        shared_setting="C",
        score_grid="stages.train.tuning.shared_fits:score_path",
    ),
    "random_forest": ClassifierSpec(
        "sklearn.ensemble:RandomForestClassifier",
        (*_TREE, MAX_ROWS),
        trusted_types=(_TREE_TYPE,),
        weights_per_tree=True,
        reads_float32=True,
        iterations=TREES,
    ),
    "extra_trees": ClassifierSpec(
        "sklearn.ensemble:ExtraTreesClassifier",
        (*_TREE, MAX_ROWS),
        trusted_types=(_TREE_TYPE,),
        weights_per_tree=True,
        reads_float32=True,
        iterations=TREES,
    ),
    "xgboost": ClassifierSpec(
        "xgboost:XGBClassifier",
        _XGBOOST,
        fit="stages.train.classifiers.xgboost:fit_xgboost",
        trusted_types=("xgboost.core.Booster", "xgboost.sklearn.XGBClassifier"),
        reads_float32=True,
        shared_setting="n_estimators",
        score_grid="stages.train.tuning.shared_fits:score_truncated",
    ),
    "mlp": ClassifierSpec(
        "sklearn.neural_network:MLPClassifier",
        (
            "hidden_layer_sizes", "max_iter", MAX_ROWS, "learning_rate_init", "batch_size", "alpha", "beta_1", "beta_2",
            "epsilon",
        ),
        fit="stages.train.classifiers.mlp:fit_mlp",
        check=_check_mlp,
        iterations=EPOCHS,
    ),
    "balanced_random_forest": ClassifierSpec(
        "imblearn.ensemble:BalancedRandomForestClassifier",
        (*_TREE, "sampling_strategy", "replacement"),
        trusted_types=(*_IMBLEARN_TYPES, "imblearn.ensemble._forest.BalancedRandomForestClassifier"),
        balances_itself=True,
        counterparts=("random_forest", "extra_trees"),
        reads_float32=True,
    ),
    "easy_ensemble": ClassifierSpec(
        "imblearn.ensemble:EasyEnsembleClassifier",
        ("n_estimators", "sampling_strategy", "replacement"),
        trusted_types=(*_IMBLEARN_TYPES, "imblearn.ensemble._easy_ensemble.EasyEnsembleClassifier"),
        balances_itself=True,
        counterparts=("xgboost", "random_forest"),
        reads_float32=True,
    ),
    "rus_boost": ClassifierSpec(
        "imblearn.ensemble:RUSBoostClassifier",
        ("n_estimators", "learning_rate", "sampling_strategy", "replacement"),
        trusted_types=(*_IMBLEARN_TYPES, "imblearn.ensemble._weight_boosting.RUSBoostClassifier"),
        balances_itself=True,
        counterparts=("xgboost", "random_forest"),
        reads_float32=True,
    ),
    BLEND: ClassifierSpec("sklearn.ensemble:VotingClassifier", ("n_rounds",), check=_check_blend, complexity=2),
}  # fmt: skip
