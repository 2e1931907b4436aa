"""Command line of the review: two revisions → Markdown, HTML or JSON, and a gate."""

import argparse
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from stages.shared.errors import InputError, run_cli
from stages.shared.runtime.threads import limit_threads

if TYPE_CHECKING:
    from tools.compare.review_schema import Review


def main() -> None:
    """Compare the metrics of two revisions, from what git tracks of them, and print a review comment as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tools.compare", description=main.__doc__)
    parser.add_argument("base", help="the revision to compare with, such as main or origin/main")
    parser.add_argument("head", nargs="?", help="the revision that changes it; left out: the work tree")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the Markdown there instead of printing it"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page that needs no network")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it as docs/compare.schema.json describes")
    parser.add_argument(
        "--gate", action="store_true", help="exit 1 when select.metric is clearly worse, 2 when that cannot be told"
    )
    options = parser.parse_args()
    try:
        review = _review(options.base, options.head)
    except InputError as error:
        _write_failure(options.output, error.problems)
        raise InputError(error.problems) from None  # 2, whatever it was
    _write(review, options.output, options.html, options.json)
    if options.gate and review.gate.result == "cannot compare":
        raise InputError([f"gate: {reason}" for reason in review.gate.why])
    if options.gate and review.gate.result == "regression":
        print(f"gate: {review.sentence}: a clear regression", file=sys.stderr)
        sys.exit(1)


def _review(base_name: str, head_name: str | None) -> "Review":
    """Return the review. Raises InputError with every problem of both revisions."""
    from tools.compare.changes.dvc_metrics import MetricsDiff
    from tools.compare.revisions.git import find_revision
    from tools.compare.revisions.snapshot import read_states

    base, head = find_revision(base_name), find_revision(head_name)
    states = read_states(base, head)
    raw = MetricsDiff(base, head)
    limit_threads()
    from tools.compare.changes.review import review

    return review(*states, raw.rows)


def _write(review: "Review", output: Path | None, html: Path | None, json: Path | None) -> None:
    from stages.shared.storage.files import write_text
    from tools.compare.rendering.markdown import to_markdown

    text = to_markdown(review)
    if json:
        write_text(json, review.model_dump_json(indent=2) + "\n")
    if html:
        from tools.compare.rendering.html import to_html

        write_text(html, to_html(text, review.sentence))
        print(f"Review: {html}", file=sys.stderr)
    if output:
        write_text(output, text)
    elif not html:
        print(text, end="")


def _write_failure(output: Path | None, problems: list[str]) -> None:
    """Write a comment that says why there is no comparison, so that no outdated one remains."""
    if output:
        from stages.shared.storage.files import write_text
        from tools.compare.rendering.markdown import failure

        write_text(output, failure(problems))


if __name__ == "__main__":
    run_cli(main)
