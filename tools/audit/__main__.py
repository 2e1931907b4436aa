"""Command line of the audit: `python -m tools.audit`.

The audit looks for leaks in the finished run, and measures how much each common mistake would have flattered its score.
"""

import argparse
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from stages.report.params import ReportParams
from stages.shared import paths
from stages.shared.errors import InputError, raise_problems, run_cli
from stages.shared.messages import command
from stages.shared.params import read_params
from stages.shared.runtime.threads import limit_threads
from tools.audit.params import AuditParams

if TYPE_CHECKING:
    from tools.audit.leakage.measurement import Candidates
    from tools.audit.run import Run

REPORT_JSON = Path("reports/audit.json")
REPORT_MD = Path("reports/audit.md")


def main() -> None:
    """Look for leaks in the finished run, and measure what common mistakes would add to its score."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.audit"), description=main.__doc__)
    parser.add_argument("--repeats", type=int, default=10, help="splits on which each mistake is made (%(default)s)")
    parser.add_argument("--rows", type=int, default=10_000, help="the most rows to measure on (%(default)s)")
    parser.add_argument("--skip-mistakes", "--skip-wrong-ways", action="store_true", help="only check the run: seconds")
    options = parser.parse_args()
    for name, minimum in (("repeats", 3), ("rows", 100)):
        if getattr(options, name) < minimum:
            raise InputError(f"--{name} {getattr(options, name)}: too few; at least {minimum} are needed")
    params, report = read_params(AuditParams), read_params(ReportParams)

    limit_threads()
    from stages.shared.storage.files import sha256, write_json, write_text
    from tools.audit.checks.registry import CHECKS
    from tools.audit.leakage.measurement import measure_run
    from tools.audit.report.findings import count_with_verb
    from tools.audit.report.render import Audit, to_json, to_lines, to_markdown

    run = _read_run(params, options.rows)
    candidates = None if options.skip_mistakes else _read_candidates(run, report)
    findings = {}
    for name, check in CHECKS.items():
        findings[name] = check(run)
        _print_progress(name)
    inflations, notes = measure_run(run, candidates, options.repeats, _print_progress) if candidates else ([], [])
    facts = {
        "source": run.prepared.contract.source,
        "random_state": params.random_state,
        "repeats": options.repeats if candidates else 0,
        "rows": options.rows,
        "inputs": {str(path): sha256(path) for path in (paths.PREPARED, paths.TRAIN, paths.TEST)},
    }
    audit = Audit(facts, params.evaluate.confidence, findings, inflations, notes)
    write_json(REPORT_JSON, to_json(audit))
    write_text(REPORT_MD, to_markdown(audit))
    print("\n".join(to_lines(audit)))
    if n_wrong := sum(finding.severity == "wrong" for _, finding in audit.worst_first):
        raise InputError(
            f"{REPORT_MD}: {count_with_verb(n_wrong, 'finding', 'are')} surely wrong; fix them and run `dvc repro`"
        )


def _read_run(params: AuditParams, rows: int) -> "Run":
    from stages.shared.schemas.base import parse
    from stages.shared.schemas.contract import Contract
    from stages.shared.storage.files import read_json
    from stages.shared.storage.parquet import read_table
    from tools.audit.run import Run, find_problems

    run = Run(read_table(paths.PREPARED), read_table(paths.TRAIN), read_table(paths.TEST), params, rows)
    raise_problems(find_problems(run, parse(Contract, paths.CONTRACT, read_json(paths.CONTRACT))))
    return run


def _read_candidates(run: "Run", params: ReportParams) -> "Candidates":
    from stages.report.champion.selection import check_agreement, choose_champion
    from stages.shared.schemas.base import parse
    from stages.shared.schemas.leaderboard import Leaderboard
    from stages.shared.storage.files import read_json
    from stages.shared.storage.parquet import read_parquet
    from tools.audit.leakage.measurement import read_candidates

    leaderboard = parse(Leaderboard, paths.LEADERBOARD, read_json(paths.LEADERBOARD))
    check_agreement(params, leaderboard)
    champion = choose_champion(params, leaderboard).champion
    return read_candidates(run.test, read_parquet(paths.TEST_SCORES), leaderboard, champion)


def _print_progress(finished: str) -> None:
    print(f"audit: {finished}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    run_cli(main)
