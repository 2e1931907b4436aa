"""The mistakes on the course's teaching set, where the answers are known."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import f1_score

from benchmarks.course import make_teaching_set
from stages.evaluate.thresholds.policies import Policy
from stages.evaluate.thresholds.tuning import tune_threshold
from stages.split.groups import find_duplicates
from tests.stages.split.tables import table_of
from tests.tools.audit.helpers import audit_params, labels, made_table, noise
from tools.audit.leakage.experiments import AuditData, SplitExperiment
from tools.audit.leakage.scenarios import (
    MISTAKES,
    add_disguised_target,
    count_duplicates,
    find_smote,
    measure,
    measure_duplicates_across_split,
    measure_threshold_on_test,
    repeat_rows,
)

pytestmark = pytest.mark.slow

BOTH = ("logistic_regression", "random_forest")


@pytest.fixture(scope="module")
def teaching():
    return AuditData(made_table(*make_teaching_set()), audit_params())


@pytest.fixture(scope="module")
def measured(teaching):
    finished = []
    inflations, notes = measure(teaching, list(BOTH), 4, finished.append)
    assert finished == [f"mistakes, repeat {number} of 4" for number in (1, 2, 3, 4)]
    assert notes == []
    return {(item.mistake, item.classifier): item for item in inflations}


@pytest.mark.parametrize("classifier", BOTH)
def test_smote_before_the_split_inflates(measured, classifier):
    found = measured["smote_before_split", classifier]
    assert found.verdict == "inflates"
    assert found.inflation > 0.1


def test_on_real_rows_alone_less_is_left(measured):
    """Prevalence explains nearly all of it for the regression; the forest has learned neighbours of the test rows."""
    for classifier in BOTH:
        alone, all_rows = (
            measured[mistake, classifier] for mistake in ("smote_before_split_real_rows", "smote_before_split")
        )
        assert alone.inflation < all_rows.inflation
        assert alone.honest == all_rows.honest
    assert measured["smote_before_split_real_rows", "logistic_regression"].inflation < 0.03
    assert measured["smote_before_split_real_rows", "random_forest"].inflation > 0.1


@pytest.mark.parametrize("classifier", BOTH)
def test_scaling_before_the_split_does_not(measured, classifier):
    found = measured["scaling_before_split", classifier]
    assert abs(found.inflation) < 0.005
    assert found.verdict == "within noise"


@pytest.mark.parametrize("classifier", BOTH)
def test_the_target_in_disguise_inflates_to_nearly_one(measured, classifier):
    found = measured["target_in_disguise", classifier]
    assert found.verdict == "inflates"
    assert found.leaking > 0.98


def test_the_honest_threshold_is_the_one_of_the_out_of_fold_scores(teaching):
    experiment = SplitExperiment(teaching, "logistic_regression", 0)
    threshold = tune_threshold(teaching.y[~experiment.test], experiment.out_of_fold, Policy("f1"))
    found = measure_threshold_on_test(experiment)["threshold_on_test"]
    assert found.honest == pytest.approx(f1_score(experiment.y_test, experiment.honest_scores >= threshold))


def test_a_threshold_chosen_on_test_is_never_worse_there(teaching):
    for seed in range(5):
        pair = measure_threshold_on_test(SplitExperiment(teaching, "logistic_regression", seed))["threshold_on_test"]
        assert pair.leaking >= pair.honest


def test_every_mistake_is_measured_with_every_classifier(measured):
    assert [mistake for mistake, classifier in measured if classifier == "random_forest"] == [
        "smote_before_split", "smote_before_split_real_rows", "scaling_before_split", "threshold_on_test",
        "duplicates_across_split", "target_in_disguise",
    ]  # fmt: skip
    assert len(MISTAKES) == 5
    assert {item.metric for (mistake, _), item in measured.items() if mistake == "threshold_on_test"} == {"f1"}


def test_twins_give_labels_away():
    """Noise with every row twice: nothing to learn but one's twin."""
    y = (np.random.RandomState(1).uniform(size=200) < 0.25).astype(int).tolist()
    audit_data = AuditData(table_of(y * 2, x=noise(200) * 2, z=noise(200, 1) * 2), audit_params())
    pair = measure_duplicates_across_split(SplitExperiment(audit_data, "random_forest", 0))["duplicates_across_split"]
    assert pair.honest < 0.4
    assert pair.leaking > pair.honest + 0.25


def test_where_no_row_is_repeated_a_tenth_is(teaching):
    assert count_duplicates(teaching.table) == 0
    repeated = repeat_rows(teaching, 0)
    assert repeated.table.data.num_rows == 3300
    assert count_duplicates(repeated.table) == 300
    assert len(np.unique(find_duplicates(repeated.table))) == 3000


def test_the_disguise_is_one_more_feature(teaching):
    disguised = add_disguised_target(teaching, 0)
    assert disguised.features.shape == (3000, 11)
    values = disguised.features["__disguise__"].to_numpy()
    assert np.corrcoef(values, teaching.y)[0, 1] > 0.8
    assert not np.array_equal(values, teaching.y)


def test_the_honest_side_never_sees_a_test_label(teaching):
    """With every test label turned round, the honest scores stay as they were."""
    experiment = SplitExperiment(teaching, "logistic_regression", 3)
    test = experiment.test
    turned = np.where(test, 1 - teaching.y, teaching.y)
    table = teaching.table
    place = table.data.column_names.index("sick")
    other = replace(table, data=table.data.set_column(place, "sick", pa.array(turned, pa.int8())))
    assert np.array_equal(
        SplitExperiment(replace(teaching, table=other), "logistic_regression", 3).score_rows(~test, test),
        experiment.honest_scores,
    )


def test_out_of_fold_scores_come_from_the_other_folds(teaching):
    """Labels at random: in-sample scores of a forest would tell them, out-of-fold scores do not."""
    y = (np.random.RandomState(0).uniform(size=200) < 0.3).astype(int).tolist()
    experiment = SplitExperiment(AuditData(table_of(y, x=noise(200)), audit_params()), "random_forest", 0)
    train = ~experiment.test
    positive = experiment.audit_data.y[train] == 1
    assert abs(experiment.out_of_fold[positive].mean() - experiment.out_of_fold[~positive].mean()) < 0.2
    within = experiment.score_rows(train, train)
    assert within[positive].mean() - within[~positive].mean() > 0.4


def test_the_users_own_smote_is_taken():
    own = audit_params(strategies={"mine": {"sampler": "SMOTE", "k_neighbors": 3, "class_weight": "balanced"}})
    assert (find_smote(own).settings, find_smote(own).class_weight) == ({"k_neighbors": 3}, None)
    assert find_smote(audit_params(strategies={"baseline": {}})).settings == {}


def test_what_cannot_be_measured_is_said_and_the_rest_goes_on():
    """Eight positives, six of them on train: SMOTE's five neighbours are there, its twenty are not."""
    strategies = {"smote": {"sampler": "SMOTE", "k_neighbors": 20}}
    table = table_of(labels(64, 8), x=noise(64))
    audit_data = AuditData(table, audit_params(strategies=strategies, cv={"n_splits": 2, "n_repeats": 1}))
    inflations, notes = measure(audit_data, ["logistic_regression"], 3, lambda _: None)
    (note,) = notes
    assert note.startswith("smote_before_split, logistic_regression: not measured: SMOTE: k_neighbors is 20")
    assert "scaling_before_split" in [item.mistake for item in inflations]


def test_a_split_without_both_classes_is_skipped_and_noted():
    """Of a single positive either train or test has none, whichever way the rows are split."""
    audit_data = AuditData(table_of([1, *[0] * 63], x=noise(64)), audit_params())
    inflations, notes = measure(audit_data, ["logistic_regression"], 3, lambda _: None)
    reason = "not measured: a random split leaves train or test without one of the classes"
    skipped = ["scaling_before_split", "threshold_on_test", "duplicates_across_split", "target_in_disguise"]
    assert [note for note in notes if note.endswith(reason)] == [
        f"{name}, logistic_regression: {reason}" for name in ("smote_before_split", *skipped)
    ]
    assert inflations == []
