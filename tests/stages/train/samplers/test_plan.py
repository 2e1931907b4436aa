"""Which sampler runs where, and how a synthetic row gets back to one level a column."""

from typing import Any

from imblearn.over_sampling import SMOTEN, RandomOverSampler
import numpy as np
import pytest

from stages.shared.errors import InputError
from stages.train.params import Strategy
from stages.train.samplers.cleaning import EditedNearestNeighbours, TomekLinks
from stages.train.samplers.plan import Plan, make_plan, restore_categories
from stages.train.samplers.smote import SMOTE
from stages.train.samplers.smotenc import SMOTENC
from stages.train.samplers.variants import ADASYN


def plan(sampler: str | None, n_numeric: int, n_categorical: int, **settings: Any) -> Plan:
    strategy = Strategy.model_validate({"sampler": sampler, **settings})
    return make_plan("tried", strategy, n_numeric, n_categorical, 42)


@pytest.mark.parametrize(
    ("requested", "columns", "steps", "ran", "why"),
    [
        (None, (2, 2), {}, None, "no resampling"),
        ("SMOTE", (2, 0), {"preprocessor": [SMOTE]}, "SMOTE", "as asked"),
        ("SMOTE", (2, 3), {"preprocessor": [SMOTENC], "encoder": []}, "SMOTENC", "3 categorical columns: SMOTE would"),
        ("SMOTE", (0, 3), {"preprocessor": [SMOTEN], "encoder": []}, "SMOTEN", "all columns are categorical"),
        ("SMOTETomek", (2, 0), {"preprocessor": [SMOTE, TomekLinks]}, "SMOTE + TomekLinks", "as asked"),
        ("SMOTETomek", (2, 3), {"preprocessor": [SMOTENC], "encoder": [TomekLinks]}, "SMOTENC + TomekLinks", "3 cat"),
        ("SMOTEENN", (0, 3), {"preprocessor": [SMOTEN], "encoder": [EditedNearestNeighbours]},
         "SMOTEN + EditedNearestNeighbours", "all columns are categorical"),
        ("ADASYN", (2, 3), {"encoder": [ADASYN]}, "ADASYN", "ADASYN has no categorical form"),
        ("ADASYN", (2, 0), {"preprocessor": [ADASYN]}, "ADASYN", "as asked"),
        ("RandomOverSampler", (2, 3), {"encoder": [RandomOverSampler]}, "RandomOverSampler", "as asked"),
    ],
)  # fmt: skip
def test_the_sampler_and_its_place(
    requested: str | None, columns: tuple[int, int], steps: dict[str, list[type]], ran: str | None, why: str
) -> None:
    found = plan(requested, *columns)
    assert {step: [type(item) for item in samplers] for step, samplers in found.after.items()} == steps
    assert (found.requested, found.ran) == (requested, ran)
    assert found.why.startswith(why)


def test_settings_reach_the_sampler() -> None:
    (sampler,) = plan("SMOTE", 2, 3, sampling_strategy=0.5, k_neighbors=3).after["preprocessor"]
    parameters = vars(sampler)
    assert (parameters["sampling_strategy"], parameters["k_neighbors"], parameters["random_state"]) == (0.5, 3, 42)
    assert parameters["categorical_features"] == [2, 3, 4]


def test_a_mapping_names_classes_by_their_code() -> None:
    wanted = {"negative": 50, "positive": 40}
    (sampler,) = plan("SMOTE", 2, 0, sampling_strategy=wanted).after["preprocessor"]
    assert vars(sampler)["sampling_strategy"] == {0: 50, 1: 40}
    assert wanted == {"negative": 50, "positive": 40}


@pytest.mark.parametrize(
    ("sampler", "columns", "words"),
    [
        ("SMOTENC", (2, 0), "SMOTENC needs numeric and categorical columns; found 2 and 0"),
        ("SMOTENC", (0, 2), "SMOTENC needs numeric and categorical columns; found 0 and 2"),
        ("SMOTEN", (2, 0), "SMOTEN needs categorical columns only; found 2 numeric; use SMOTE"),
        ("SMOTEN", (1, 3), "SMOTEN needs categorical columns only; found 1 numeric; use SMOTE"),
    ],
)
def test_a_table_without_the_columns_for_it(sampler: str, columns: tuple[int, int], words: str) -> None:
    with pytest.raises(InputError, match=r"params\.yaml: strategies\.tried\.sampler: ") as caught:
        plan(sampler, *columns)
    assert words in str(caught.value)


def test_a_synthetic_row_gets_its_nearest_level() -> None:
    """A number, then blocks of two and three levels; of equal levels the first wins."""
    X = np.array([[0.3, 0.4, 0.6, 0.2, 0.5, 0.3], [9.0, 0.5, 0.5, 1.0, 0.0, 0.0]])
    snapped = restore_categories(X, [slice(1, 3), slice(3, 6)])
    assert snapped.tolist() == [[0.3, 0, 1, 0, 1, 0], [9.0, 1, 0, 1, 0, 0]]


def test_whole_levels_stay() -> None:
    X = np.array([[1.5, 0, 1, 0], [2.5, 0, 0, 1]])
    assert restore_categories(X.copy(), [slice(1, 4)]).tolist() == X.tolist()


def test_a_smoothed_bootstrap_makes_values_up_and_says_that_they_are_snapped():
    smoothed = Strategy(sampler="RandomOverSampler", sampling_strategy=0.75, shrinkage=0.5)
    plain = Strategy(sampler="RandomOverSampler", sampling_strategy=0.75)
    assert "snapped to its nearest" in make_plan("rose", smoothed, 2, 1, 0).why
    assert make_plan("rose", smoothed, 2, 0, 0).why == make_plan("over", plain, 2, 1, 0).why == "as asked"
