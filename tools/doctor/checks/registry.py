"""The checks of `python -m tools.doctor`. Each imports what it needs itself: the environment may be what is wrong."""

from collections.abc import Callable

from tools.doctor.checks import artefacts, machine, repository
from tools.doctor.checks.finding import Finding

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
