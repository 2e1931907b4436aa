"""The door of the review page: `python -m tools.review_page`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import InputError, run_cli
from stages.shared.params import load_yaml, read_params

if TYPE_CHECKING:
    from tools.review_page.changes import State
    from tools.review_page.revision import Revision

AUDIT = Path("reports/audit.json")
LOCK = Path("dvc.lock")
REVIEW = Path("reports/review.html")


def main() -> None:
    """Writes the report page again, with what changed since a revision and what the leak audit found."""
    parser = argparse.ArgumentParser(prog="python -m tools.review_page", description=main.__doc__)
    parser.add_argument("revision", nargs="?", default="HEAD", help="commit, branch or tag (default: %(default)s)")
    revision = parser.parse_args().revision
    params = read_params(ReportParams)

    from stages.report.__main__ import read_findings
    from stages.report.build import build
    from stages.report.rendering.html import to_html
    from stages.report.sections.changes import Extra, audited
    from stages.shared.storage.files import read_json, write_text
    from tools.review_page.audit import audit_blocks
    from tools.review_page.changes import State, changes
    from tools.review_page.revision import find

    base = find(revision)
    findings = read_findings(params)
    now = State(load_yaml(paths.PARAMS), load_yaml(LOCK) if LOCK.is_file() else {}, read_json(paths.LEADERBOARD))
    audit = audited(None).blocks
    if AUDIT.is_file():
        audit = audit_blocks(read_json(AUDIT), findings.inputs.get(paths.TRAIN.as_posix(), []))
    write_text(REVIEW, to_html(build(findings, Extra(changes(base.name, _state(base), now), audit))))
    print(f"Review: {REVIEW}, against {base.name} ({base.commit[:12]})")


def _state(base: "Revision") -> "State":
    """Params, lock and leaderboard at a revision; empty where it has none."""
    from tools.review_page.changes import State

    return State(*(_parsed(base, path) for path in (paths.PARAMS, LOCK, paths.LEADERBOARD)))


def _parsed(base: "Revision", path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    text = base.text(path)
    try:
        content = YAML(typ="safe").load(text or "{}")  # JSON is YAML as well
    except YAMLError:
        raise InputError(f"{base.name}:{path}: cannot be read as YAML; compare with another revision") from None
    return content if isinstance(content, dict) else {}


if __name__ == "__main__":
    run_cli(main)
