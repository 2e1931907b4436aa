"""Small stored models for the features of a contract."""

from functools import cache
import json
from pathlib import Path
import tempfile
from typing import Any
import zlib

from imblearn.ensemble import BalancedRandomForestClassifier
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline

from stages.shared.schemas.contract import Contract
from stages.shared.storage.model_file import dump_model
from stages.train.folds.preprocessing import make_steps
from stages.train.params import PreprocessParams

PREPROCESS = PreprocessParams(impute="median", scale="before_resampling", max_categories=30)


def _classifier(name: str) -> Any:
    if name == "balanced_random_forest":
        return BalancedRandomForestClassifier(n_estimators=2, random_state=0)
    if name == "mlp":
        return MLPClassifier((3,), solver="lbfgs", max_iter=2000, alpha=1.0, random_state=0)
    return LogisticRegression()  # for any other name, because report does not look inside


def dump_small_model(contract: dict[str, Any], classifier: str, strategy: str) -> bytes:
    """Return a skops file of a model fitted on random rows of `contract`; it differs by `strategy`."""
    return _dump_small_model(json.dumps(contract), classifier, strategy)


@cache
def _dump_small_model(contract_text: str, classifier: str, strategy: str) -> bytes:
    contract = Contract.model_validate_json(contract_text)
    rng = np.random.RandomState(zlib.crc32(strategy.encode()))
    y = np.arange(24) % 2
    columns = {
        feature.name: rng.uniform(feature.minimum or 0, feature.maximum or 1, 24) + y
        if feature.type == "numeric"
        else np.array(
            [(feature.categories or [""])[row % len(feature.categories or [""])] for row in range(24)], dtype=object
        )
        for feature in contract.features
    }
    frame = pd.DataFrame(columns)
    model = Pipeline([*make_steps(contract, PREPROCESS), ("classifier", _classifier(classifier))]).fit(frame, y)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.skops"
        dump_model(model, path)
        return path.read_bytes()
