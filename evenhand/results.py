"""The results of a run for notebooks: the leaderboard as a DataFrame, and the verdict in sentences."""

from dataclasses import dataclass
import os
from pathlib import Path
from typing import Any

from markupsafe import escape
import pandas as pd

from stages.report.context import reference_name
from stages.report.params import ReportParams
from stages.report.verdict.sentences import describe_verdict
from stages.shared import paths
from stages.shared.errors import InputError
from stages.shared.params import read_params
from stages.shared.schemas.base import parse
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.files import read_json


@dataclass(frozen=True)
class Verdict:
    """The verdict of a run, one sentence each, the most important first."""

    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)


@dataclass(frozen=True)
class Results:
    """The leaderboard of a run, its champion and its verdict."""

    leaderboard: Leaderboard
    champion: Candidate
    verdict: Verdict

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each candidate."""
        frame = pd.DataFrame([_flatten(candidate) for candidate in self.leaderboard.candidates])
        frame.attrs = {
            "metric": self.leaderboard.settings.metric,
            "champion": {"strategy": self.champion.strategy, "classifier": self.champion.classifier},
            "verdict": str(self.verdict),
        }
        return frame


def read_results(folder: str | os.PathLike[str]) -> Results:
    """Return the results of the run in `folder`. Raises ValueError where files are absent, damaged or contradict."""
    try:
        here = Path(folder)
        leaderboard = parse(Leaderboard, here / paths.LEADERBOARD, read_json(here / paths.LEADERBOARD))
        selected = parse(dict[str, Any], here / paths.SELECTED, read_json(here / paths.SELECTED))
        params = read_params(ReportParams, here / paths.PARAMS)
    except InputError as error:
        raise ValueError("\n".join(error.problems)) from None
    names = (selected.get("strategy"), selected.get("classifier"))
    champion = next((item for item in leaderboard.candidates if (item.strategy, item.classifier) == names), None)
    if champion is None:
        raise ValueError(f"{here / paths.SELECTED}: names no candidate of {paths.LEADERBOARD}; run the pipeline again")
    verdict = describe_verdict(leaderboard, champion, reference_name(params, leaderboard))
    return Results(leaderboard, champion, Verdict(tuple(verdict.sentences)))


def _flatten(candidate: Candidate) -> dict[str, Any]:
    """Return the values of a candidate as one row."""
    row: dict[str, Any] = {"strategy": candidate.strategy, "classifier": candidate.classifier}
    row["threshold"] = candidate.threshold
    row |= {f"cv_{metric}": score.mean for metric, score in candidate.cv.items()}
    for metric, value in candidate.test.items():
        row[metric] = value
        if metric in candidate.intervals:
            row[f"{metric}_low"], row[f"{metric}_high"] = candidate.intervals[metric]
    return row
