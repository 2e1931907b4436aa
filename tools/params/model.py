"""The whole of params.yaml as one model. Its sections belong to the stages and tools that read them."""

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
    raise_problems(find_problems_between(read_params(Params)))


def find_problems_between(params: Params) -> list[str]:
    """Return problems between sections that are valid by themselves: names that one has and another lacks.

    Without this check a stage would find the problem only after the stages before it.
    """
    problems = []
    path = Path(params.data.path)
    if not path.exists() and path != SYNTHETIC:  # the pipeline makes the latter
        neighbors = [str(file) for file in path.parent.glob("*.*")] if path.parent.is_dir() else []
        problems.append(f"data.path: no such file as {path}; {suggest_key(str(path), neighbors)}")
    if params.evaluate.rotate and params.split.time:
        problems.append(
            f"evaluate.rotate: is {params.evaluate.rotate}, and with split.time only the latest rows can be the test "
            "set; set one of them to null"
        )
    select = params.select
    if select.strategy not in ("auto", *params.strategies):
        suggestion = suggest_key(select.strategy, ["auto", *params.strategies])
        problems.append(f"select.strategy: no such strategy as {select.strategy}; {suggestion}")
    of_strategies = [strategy.classifiers or params.classifiers for strategy in params.strategies.values()]
    classifiers = [name for names in of_strategies for name in names]
    if select.classifier not in ("auto", *classifiers):
        suggestion = suggest_key(select.classifier, dict.fromkeys(["auto", *classifiers]))
        problems.append(f"select.classifier: no strategy has a classifier called {select.classifier}; {suggestion}")
    return [f"params.yaml: {problem}" for problem in problems]
