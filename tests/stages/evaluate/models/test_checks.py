"""Records of train are parsed strictly and must be about the models at hand."""

import pytest

from stages.evaluate.models.checks import check_metric, check_models, check_same_train_set
from stages.shared.errors import InputError, IntegrityError
from stages.shared.schemas.base import parse
from stages.shared.schemas.cross_validation import CvRecord
from tests.stages.evaluate.made.records import RECORDS, trace

FILES = ["calibration.json", "logistic_regression.skops", "random_forest.skops", "oof.parquet"]


def test_a_record_is_what_train_writes() -> None:
    assert parse(CvRecord, "metrics/cv/smote.json", RECORDS["smote"].model_dump()) == RECORDS["smote"]


def test_a_record_of_another_form_is_refused() -> None:
    broken = RECORDS["smote"].model_dump()
    del broken["classifiers"]["random_forest"]["roc_auc"]["mean"]
    with pytest.raises(InputError, match=r"metrics/cv/smote.json: classifiers.random_forest.roc_auc.mean: field req"):
        parse(CvRecord, "metrics/cv/smote.json", broken)


def test_a_metric_less_is_refused() -> None:
    broken = RECORDS["smote"].model_dump()
    del broken["classifiers"]["random_forest"]["roc_auc"]
    with pytest.raises(InputError, match=r"classifiers.random_forest: lacks the metric roc_auc"):
        parse(CvRecord, "metrics/cv/smote.json", broken)


def test_more_rows_in_the_top_than_in_the_test_set_are_refused() -> None:
    check_metric("recall_in_top(100)", 100)
    with pytest.raises(InputError, match=r"params.yaml: select.metric: recall_in_top\(101\) .* which are 100; give"):
        check_metric("recall_in_top(101)", 100)


def test_models_of_the_same_run_are_accepted() -> None:
    check_models("models/smote", RECORDS["smote"], FILES, "0" * 64)


def test_models_of_another_run_are_refused() -> None:
    with pytest.raises(IntegrityError, match=r"models/smote/manifest.json: its SHA-256 is 1111.*different runs"):
        check_models("models/smote", RECORDS["smote"], FILES, "1" * 64)


def test_models_without_their_calibration_are_refused() -> None:
    with pytest.raises(IntegrityError, match=r"models/smote: holds no calibration.json"):
        check_models("models/smote", RECORDS["smote"], FILES[1:], "0" * 64)


def test_an_absent_model_is_named() -> None:
    with pytest.raises(IntegrityError, match=r"models/smote: holds no random_forest.skops"):
        check_models("models/smote", RECORDS["smote"], FILES[:2], "0" * 64)


@pytest.mark.parametrize(
    ("ran", "added", "removed", "expected"),
    [("SMOTE", 0, 0, True), ("SMOTE", 5, 0, False), ("TomekLinks", 0, 1, False), (None, 0, 0, False)],
)
def test_a_sampler_that_changed_nothing(ran: str | None, added: int, removed: int, expected: bool) -> None:
    assert trace("any", ran, added, removed).is_no_op is expected


def test_models_of_two_train_sets_are_refused() -> None:
    one, other = ({"inputs": {"data/train.parquet": letter * 64}} for letter in "ab")
    check_same_train_set({"baseline": one, "smote": one})
    with pytest.raises(IntegrityError, match=r"models/smote: was trained on another data/train\.parquet than"):
        check_same_train_set({"baseline": one, "smote": other})
