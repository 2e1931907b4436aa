"""The whole of params.yaml as one model, put together from the sections that stages and tools own."""

from pathlib import Path

from pydantic import ConfigDict, Field

from stages.evaluate.params import EvaluateSection
from stages.prepare.params import DataParams
from stages.report.params import SelectParams
from stages.shared.errors import raise_problems
from stages.shared.messages import suggest_key
from stages.shared.params import PartialParams, read_params
from stages.shared.paths import SYNTHETIC
from stages.split.params import SplitParams
from stages.synthesize.params import SyntheticParams
from stages.train.params import Calibration, Classifiers, CvParams, PreprocessParams, Strategies
from stages.train.params.tuning import TuningParams
from tools.compare.params import CompareSection


class Params(PartialParams):
    """The settings of the Evenhand pipeline; params.yaml explains each of them."""

    model_config = ConfigDict(extra="forbid", title="Evenhand params.yaml")

    random_state: int = Field(ge=0, le=2**32 - 1)
    data: DataParams
    synthetic: SyntheticParams
    split: SplitParams
    cv: CvParams
    preprocess: PreprocessParams
    strategies: Strategies
    classifiers: Classifiers
    tuning: TuningParams
    calibration: Calibration
    evaluate: EvaluateSection
    select: SelectParams
    compare: CompareSection


def check_params() -> None:
    """Raise InputError with all that is wrong with params.yaml, between its sections as well."""
    raise_problems(problems_between(read_params(Params)))


def problems_between(params: Params) -> list[str]:
    """Return problems between sections that are valid by themselves: names that one has and another lacks.

    The stages would find it as well, but only after the work before them.
    """
    problems = []
    path = Path(params.data.path)
    if not path.exists() and path != SYNTHETIC:  # that one is made by the pipeline
        beside = [str(other) for other in path.parent.glob("*.*")] if path.parent.is_dir() else []
        problems.append(f"data.path: no such file as {path}; {suggest_key(str(path), beside)}")
    if params.evaluate.rotate and params.split.time:
        problems.append(
            f"evaluate.rotate: is {params.evaluate.rotate}, and with split.time only the latest rows can be the test "
            "set; set one of them to null"
        )
    select = params.select
    if select.strategy not in ("auto", *params.strategies):
        near = suggest_key(select.strategy, ["auto", *params.strategies])
        problems.append(f"select.strategy: no such strategy as {select.strategy}; {near}")
    owned = [name for strategy in params.strategies.values() for name in strategy.classifiers or params.classifiers]
    if select.classifier not in ("auto", *owned):
        near = suggest_key(select.classifier, dict.fromkeys(["auto", *owned]))
        problems.append(f"select.classifier: no strategy has a classifier called {select.classifier}; {near}")
    return [f"params.yaml: {problem}" for problem in problems]
