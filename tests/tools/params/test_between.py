"""What `python -m tools.params check` sees that no single section shows."""

from pathlib import Path

import pytest

from stages.shared.params import read_params
from tools.params.model import Params, find_problems_between

SHIPPED = read_params(Params, Path(__file__).parents[3] / "params.yaml")


def problems(monkeypatch, section, **changes):
    monkeypatch.chdir(Path(__file__).parents[3])
    changed = getattr(SHIPPED, section).model_copy(update=changes)
    return find_problems_between(SHIPPED.model_copy(update={section: changed}))


def test_the_shipped_file_is_fine(monkeypatch):
    assert problems(monkeypatch, "select") == []
    assert problems(monkeypatch, "select", strategy="smote", classifier="rus_boost") == []


@pytest.mark.parametrize(
    ("section", "change", "message"),
    [
        (
            "data",
            {"path": "data/raw/hypothyroit.csv"},
            "params.yaml: data.path: no such file as data/raw/hypothyroit.csv; "
            "did you mean `data/raw/hypothyroid.csv`?",
        ),
        (
            "select",
            {"strategy": "smot"},
            "params.yaml: select.strategy: no such strategy as smot; did you mean `smote`?",
        ),
        (
            "select",
            {"classifier": "xgbost"},
            "params.yaml: select.classifier: no strategy has a classifier called xgbost; did you mean `xgboost`?",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told_before_any_work(monkeypatch, section, change, message):
    assert problems(monkeypatch, section, **change) == [message]


def test_a_future_cannot_rotate(monkeypatch):
    dated = SHIPPED.model_copy(update={"split": SHIPPED.split.model_copy(update={"time": "age"})})
    rotated = dated.model_copy(update={"evaluate": SHIPPED.evaluate.model_copy(update={"rotate": 4})})
    monkeypatch.chdir(Path(__file__).parents[3])
    assert find_problems_between(dated) == []
    assert find_problems_between(rotated) == [
        "params.yaml: evaluate.rotate: is 4, and with split.time only the latest rows can be the test set; set one of "
        "them to null"
    ]


def test_the_teaching_set_need_not_be_there_yet(monkeypatch):
    assert problems(monkeypatch, "data", path="data/raw/synthetic.csv") == []
