"""Command line of `python -m tools.doctor`: finds problems of the repository and the machine, and names their fixes."""

import argparse
from collections.abc import Callable
import sys

from stages.shared.errors import run_cli
from stages.shared.messages import command
from tools.doctor.checks import artefacts, machine, repository
from tools.doctor.checks.finding import Finding, examine
from tools.doctor.fixes import fix_repository

#: the checks by the name under which they are printed
CHECKS: dict[str, Callable[[], Finding]] = {
    "versions": machine.check_versions,
    "params": repository.check_params,
    "git": repository.check_git,
    "DVC": repository.check_dvc,
    "dvc.lock": artefacts.check_lock,
    "outputs": artefacts.check_outputs,
    "metrics": artefacts.check_metrics,
    "plots": repository.check_plots,
    "cache": artefacts.check_cache,
    "left over": artefacts.check_leftovers,
    "encoding": machine.check_locale,
    "disk": machine.check_disk,
    "memory": machine.check_memory,
    "remote": repository.check_remote,
}


def main() -> None:
    """Check the environment, git, DVC, the artefacts and the machine, and name the command that fixes each problem."""
    parser = argparse.ArgumentParser(prog=command("python -m tools.doctor"), description=main.__doc__)
    parser.add_argument("--fix", action="store_true", help="first fix what is safe to fix, and say what was done")
    if parser.parse_args().fix:
        for done in fix_repository():
            print(done)
    wrong = False
    for name, check in CHECKS.items():
        finding = examine(check)
        wrong = wrong or finding.level == "wrong"
        print(f"{finding.level:5}  {name:10}  {finding.message}" + (f"; fix: {finding.fix}" if finding.fix else ""))
    sys.exit(2 if wrong else 0)


if __name__ == "__main__":
    run_cli(main)
