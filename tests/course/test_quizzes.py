"""The claims of the course's quizzes, measured on its own data with its own code."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, average_precision_score, recall_score

from benchmarks.course import make_pipelines, make_teaching_set, measure, split, split_after_smote
from stages.shared.errors import InputError
from stages.shared.params import read_params
from stages.train.classifiers.class_weights import compute_class_weights
from stages.train.params import Strategy, TrainParams

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data():
    return split(*make_teaching_set())


@pytest.fixture(scope="module")
def rows(data):
    return {name: measure(make_pipelines(data)[name], data) for name in ("LR baseline", "LR SMOTE", "LR class_weight")}


def test_the_accuracy_paradox(data):
    """Always saying "negative" is right nine times in ten, and finds nobody."""
    majority = DummyClassifier(strategy="most_frequent").fit(data.X_train, data.y_train)
    said = majority.predict(data.X_test)
    assert accuracy_score(data.y_test, said) == pytest.approx(673 / 750)
    assert recall_score(data.y_test, said) == 0


def test_average_precision_of_no_skill_is_the_prevalence(data):
    assert average_precision_score(data.y_test, np.zeros(750)) == pytest.approx(77 / 750)


def test_smote_does_not_lift_the_ranking_of_logistic_regression(rows):
    """The lessons claim 0.847 → 0.891."""
    assert rows["LR baseline"].roc_auc == pytest.approx(0.957, abs=0.002)
    assert abs(rows["LR SMOTE"].roc_auc - rows["LR baseline"].roc_auc) < 0.004


def test_a_moved_threshold_does_what_smote_does(rows):
    """SMOTE lifts recall at 0.5 (true), and so does the threshold, with a better F1 than SMOTE at 0.5."""
    plain, smote = rows["LR baseline"], rows["LR SMOTE"]
    assert smote.recall > plain.recall + 0.3
    assert plain.recall_tuned > plain.recall + 0.2
    assert plain.f1_tuned > smote.f1


def test_every_correction_harms_the_probabilities(rows):
    assert rows["LR SMOTE"].brier_score > 1.5 * rows["LR baseline"].brier_score
    assert rows["LR class_weight"].brier_score > 1.5 * rows["LR baseline"].brier_score


def test_smote_before_the_split_inflates_the_score(rows):
    wrong = split_after_smote(*make_teaching_set())
    inflated = measure(make_pipelines(wrong)["LR baseline"], wrong)
    assert inflated.f1 > rows["LR SMOTE"].f1 + 0.2
    assert inflated.average_precision > rows["LR SMOTE"].average_precision + 0.2


def test_string_keys_match_no_label_in_scikit_learn_and_are_refused_here():
    """The quiz: class_weight={'0': 1, '1': 10} against labels 0 and 1."""
    X, y = np.arange(6.0).reshape(-1, 1), np.array([0, 0, 0, 1, 1, 1])
    with pytest.raises(ValueError, match="not in class_weight"):
        LogisticRegression(class_weight={"0": 1, "1": 10}).fit(X, y)
    with pytest.raises(ValueError, match=r"`negative` and `positive`.*write \{negative: 1, positive: 10\}"):
        Strategy(class_weight={"0": 1, "1": 10})


def test_string_keys_in_params_yaml_are_an_input_error(tmp_path):
    text = (ROOT / "params.yaml").read_text()
    bad = tmp_path / "params.yaml"
    bad.write_text(
        text.replace("class_weight: {class_weight: balanced}", "class_weight: {class_weight: {'0': 1, '1': 9}}")
    )
    with pytest.raises(InputError, match=r"strategies\.class_weight\.class_weight: .*negative"):
        read_params(TrainParams, bad)


def test_after_full_balance_balanced_weights_are_one_and_one():
    """Why "SMOTE and class_weight together" is no better than SMOTE: the second has nothing left to do."""
    assert compute_class_weights("balanced", np.array([0] * 720 + [1] * 720)) == (1.0, 1.0)
    assert compute_class_weights("balanced", np.array([0] * 720 + [1] * 80)) == pytest.approx((800 / 1440, 800 / 160))
