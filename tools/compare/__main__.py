"""Command line of `python -m tools.compare`: two revisions → Markdown, HTML or JSON, and a gate."""

import argparse
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from stages.shared.errors import InputError, run_cli
from stages.shared.messages import command
from stages.shared.runtime.threads import limit_threads

if TYPE_CHECKING:
    from tools.compare.review_schema import Review


def main() -> None:
    """Compare the metrics of two revisions, from what git tracks of them, and print a review comment as Markdown."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.compare"), description=main.__doc__)
    parser.add_argument("base", help="the revision to compare with, such as main or origin/main")
    parser.add_argument("head", nargs="?", help="the revision that changes it (default: the work tree)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the Markdown to a file")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page that needs no network")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it as docs/compare.schema.json describes")
    parser.add_argument(
        "--gate", action="store_true", help="exit 1 when select.metric is clearly worse, 2 when that cannot be compared"
    )
    options = parser.parse_args()
    try:
        review = _compare(options.base, options.head)
    except InputError as error:
        if options.output:  # no outdated review may remain there
            from stages.shared.storage.files import write_text
            from tools.compare.rendering.markdown import to_failure

            write_text(options.output, to_failure(error.problems))
        raise
    _write(review, options.output, options.html, options.json)
    if options.gate and review.gate.result == "cannot compare":
        raise InputError(f"gate: {reason}" for reason in review.gate.why)
    if options.gate and review.gate.result == "regression":
        from tools.compare.changes.gate import is_regression

        for reason in review.gate.why:
            print(f"gate: {reason}", file=sys.stderr)
        if review.verdict and is_regression(review.verdict, review.gate.tolerance):
            beyond = "" if review.verdict.word == "worse" else ", beyond compare.tolerance"
            print(f"gate: {review.sentence}: a clear regression{beyond}", file=sys.stderr)
        sys.exit(1)


def _compare(base_name: str, head_name: str | None) -> "Review":
    """Return the review. Raises InputError with every problem of both revisions."""
    from tools.compare.changes.dvc_metrics import MetricsDiff
    from tools.compare.revisions.git import find_revision
    from tools.compare.revisions.snapshot import read_snapshots

    base, head = read_snapshots(find_revision(base_name), find_revision(head_name))
    metrics = MetricsDiff(base.revision, head.revision)
    limit_threads()
    from tools.compare.changes.review import build_review  # imports numpy

    return build_review(base, head, metrics.read_rows)


def _write(review: "Review", output: Path | None, html: Path | None, json: Path | None) -> None:
    from stages.shared.storage.files import write_text
    from tools.compare.rendering.html import to_html
    from tools.compare.rendering.markdown import to_markdown

    text = to_markdown(review)
    if json:
        write_text(json, review.model_dump_json(indent=2) + "\n")
    if html:
        write_text(html, to_html(text, review.sentence))
        print(f"Review: {html}", file=sys.stderr)
    if output:
        write_text(output, text)
    elif not html:
        print(text, end="")


if __name__ == "__main__":
    run_cli(main)
