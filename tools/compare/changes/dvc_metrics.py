"""`dvc metrics diff` as rows in a fixed order; DVC's own order changes from run to run."""

import json
import subprocess
import sys

from stages.shared.storage.files import round_floats
from tools.compare.review_schema import MetricRow
from tools.compare.revisions.git import Revision

#: seconds after which the review goes without these rows
TIMEOUT = 120


class MetricsDiff:
    """A process of DVC that runs while the review computes its intervals."""

    def __init__(self, base: Revision, head: Revision) -> None:
        revisions = [revision.commit for revision in (base, head) if revision.commit]
        command = [sys.executable, "-m", "dvc", "metrics", "diff", "--json", *revisions]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def read_rows(self) -> list[MetricRow] | None:
        """Return the rows, sorted by path and metric, or None if DVC fails. A failed DVC may still end with 0."""
        try:
            text, messages = self._process.communicate(timeout=TIMEOUT)
            if self._process.returncode or b"failed to load" in messages:
                return None
            files = json.loads(text)
            return [
                MetricRow(
                    path=path,
                    metric=metric,
                    before=change.get("old"),
                    after=change.get("new"),
                    change=round_floats(change.get("diff")),
                )
                for path, metrics in sorted(files.items())
                if not path.startswith("..")  # of the host repository
                for metric, change in sorted(metrics.items())
            ]
        except (subprocess.TimeoutExpired, ValueError, AttributeError):
            self._process.kill()
            return None
