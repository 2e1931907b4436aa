"""`dvc metrics diff` as rows in a fixed order; DVC's own order is that of a hash, another in every run."""

import json
import subprocess
import sys
from typing import Any

from stages.shared.storage.files import round_floats
from tools.compare.review_schema import MetricRow
from tools.compare.revisions.git import Revision

#: seconds after which the review goes without it
PATIENCE = 120


class MetricsDiff:
    """DVC at work in a process of its own, while the review does its sums."""

    def __init__(self, base: Revision, head: Revision) -> None:
        revisions = [revision.commit for revision in (base, head) if revision.commit]
        command = [sys.executable, "-m", "dvc", "metrics", "diff", "--json", *revisions]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def rows(self) -> list[MetricRow] | None:
        """The rows by path and metric; None where DVC fails, or says that it failed and exits with 0 all the same."""
        try:
            text, output = self._process.communicate(timeout=PATIENCE)
            failed = self._process.returncode != 0 or b"failed to load" in output
            return None if failed else sorted_rows(json.loads(text))
        except (subprocess.TimeoutExpired, ValueError, AttributeError):
            self._process.kill()
            return None


def sorted_rows(content: dict[str, dict[str, Any]]) -> list[MetricRow]:
    """DVC's `{path: {metric: {old, new, diff}}}` as rows, sorted by path and metric."""
    return [
        MetricRow(
            path=path,
            metric=metric,
            before=change.get("old"),
            after=change.get("new"),
            change=round_floats(change.get("diff")),
        )
        for path in sorted(content)
        for metric, change in sorted(content[path].items())
    ]
