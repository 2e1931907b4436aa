"""The leaderboard and the champion of the finished run in this folder."""

from stages.shared import paths
from stages.shared.schemas.base import parse
from stages.shared.schemas.candidate import Candidate
from stages.shared.schemas.leaderboard import Leaderboard
from stages.shared.storage.files import read_json
from stages.shared.storage.one_run import check_one_run


def read_finished_run() -> tuple[Leaderboard, Candidate]:
    """Return both from metrics/. Raises IntegrityError if the files there do not agree."""
    content = read_json(paths.LEADERBOARD)
    leaderboard, selected = parse(Leaderboard, paths.LEADERBOARD, content), check_one_run(content)
    return leaderboard, leaderboard.candidate(selected["strategy"], selected["classifier"])
