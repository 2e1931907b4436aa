"""Cross-validation of the metric at an operating point that `select.metric` names.

The stage train does not read `select`, so another metric needs no new models. It is computed from the stored
out-of-fold scores.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from stages.evaluate.models.candidates import CandidateKey
from stages.evaluate.outputs.leaderboard import ScoredCandidate
from stages.shared.metrics.registry import METRICS
from stages.shared.schemas.cross_validation import CvRecord, CvScore
from stages.shared.storage.arrow import Floats


def score_folds(metric: str, oof: pa.Table, scores: Floats, n_test: int) -> CvScore:
    """Return the metric of out-of-fold `scores`, shape (rows,), in every fold; `n_test` is the size of the test set."""
    spec, y, fold = METRICS[metric].for_other_sets(n_test), oof["y"].to_numpy(), oof["fold"].to_numpy()
    weights = oof["weight"].to_numpy() if "weight" in oof.column_names else np.ones(len(y))
    values = []
    for index in range(int(fold.max()) + 1):
        inside = fold == index
        values.append(spec.score(y[inside], scores[inside], weights[inside]))
    return CvScore(mean=float(np.mean(values)), sd=float(np.std(values, ddof=1)), folds=values)


def add_scores(records: Mapping[str, CvRecord], scored: Mapping[CandidateKey, ScoredCandidate]) -> dict[str, CvRecord]:
    """Return the records with the further metrics of each candidate."""
    return {
        strategy: record.model_copy(
            update={
                "classifiers": {
                    name: {**scores, **scored[CandidateKey(strategy, name)].cv}
                    for name, scores in record.classifiers.items()
                }
            }
        )
        for strategy, record in records.items()
    }
