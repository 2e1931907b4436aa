"""The verdict as the last lines on a terminal, and what to type next."""

import os
from pathlib import Path
import textwrap

from stages.report.verdict.sentences import describe_verdict
from stages.shared import paths
from stages.shared.messages import PACKAGE, command
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard

WIDTH = 100

#: where `make` puts the environment, which is not active in the shell of the user
PYTHON = Path(".venv/bin/python")


def describe_end(leaderboard: Leaderboard, champion: Candidate, reference: str) -> list[str]:
    """Return the verdict in lines of at most WIDTH characters, the next command, and the path of the report."""
    verdict = describe_verdict(leaderboard, champion, reference)
    sentences = [text for text in (*verdict.effects, verdict.ranking, verdict.champion, verdict.simplest) if text]
    sentences += [f"Not applicable: {item.label}: {item.why}" for item in leaderboard.not_applicable]
    if leaderboard.noticed:
        count = len(leaderboard.noticed)
        sentences.append(f"Noticed in the table: {count} thing{'s' * (count > 1)} to look at; the report lists them.")
    environ = os.environ
    python = PYTHON if PYTHON.exists() and not {"VIRTUAL_ENV", PACKAGE} & environ.keys() else "python"
    return [
        *(textwrap.fill(text, WIDTH) for text in sentences),
        "",
        f"Next: {command(f'{python} -m tools.predict new.csv -o scored.csv')} (scores new rows with the champion)",
        f"Report: {paths.REPORT_HTML} ({paths.REPORT_MD})",
    ]
