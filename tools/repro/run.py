"""The run: DVC runs what comes before training, the strategies train in parallel, DVC runs the rest."""

import sys
from typing import Any

from dvc.exceptions import DvcException
from dvc.stage.cache import RunCacheNotFoundError

from stages.shared.params import read_params
from stages.train.params import TrainParams
from tools.repro.dvc_repo import lock_repository, plan_stages, reserve, run_dvc
from tools.repro.signals import block_signals, exit_on_signals
from tools.repro.workers import train_stages


def repro(jobs: int, cores: int) -> int:
    """Bring everything up to date, with `jobs` strategies at a time on `cores` cores; return the exit code.

    It is DVC's if DVC fails, and the stage's if a training fails: the results of the other strategies are kept then,
    and later stages do not run. Raises BusyError if another dvc command holds a lock.
    """
    try:
        with lock_repository() as repo:
            ahead, _ = plan_stages(repo)
            names = [stage.addressing for stage in ahead] if any(stage.changed() for stage in ahead) else []
    except DvcException:  # `dvc repro` fails in the same way, and explains it
        return run_dvc("repro") or 255
    # one by one in the given order: for several targets DVC's own order changes from run to run
    code = run_dvc("repro", "--single-item", *names) if names else 0
    return code or train_changed(jobs, cores) or run_dvc("repro")


def train_changed(jobs: int, cores: int) -> int:
    """Train each strategy that is not up to date, or restore it from DVC's run cache; return the exit code.

    DVC's repository stays locked until the results are committed. A strategy whose dependencies changed during the
    training is not committed; the exit code is then 75. Raises InputError for wrong params.
    """
    with exit_on_signals(), lock_repository() as repo:
        changed = {stage.addressing: stage for stage in plan_stages(repo)[1] if stage.changed()}
        if changed:
            read_params(TrainParams)  # reports wrong params once, before old outputs are removed
        with reserve(repo, list(changed.values())):
            restored = {name for name, stage in changed.items() if _restore(repo, stage)}
            stale = [name for name in changed if name not in restored]
            before = {name: _hash_dependencies(changed[name]) for name in stale}
            trained, code = train_stages(stale, jobs, cores) if stale else ([], 0)
            with block_signals():  # DVC writes dvc.lock in place, and half of it is of no use
                for name, stage in changed.items():  # in DVC's order, which dvc.lock keeps
                    after = _hash_dependencies(stage) if name in trained else {}
                    if edited := [path for path, value in after.items() if before[name][path] != value]:
                        reason = f"{', '.join(edited)} changed while it was trained, so its result is not kept"
                        print(f"error: {name}: {reason}; run this again", file=sys.stderr)
                        code = code or 75
                    elif name in restored.union(trained):
                        repo.commit(name, force=True)
    return code


def _restore(repo: Any, stage: Any) -> bool:
    """Put the outputs of a changed stage back from DVC's run cache, as `dvc repro` does; return whether it had them."""
    stage.remove_outs()
    try:
        repo.stage_cache.restore(stage)
    except RunCacheNotFoundError:
        return False
    return True


def _hash_dependencies(stage: Any) -> dict[str, Any]:
    """Return the current hash, or the params, of each dependency."""
    stage.save_deps()
    return {str(dependency): dependency.hash_info for dependency in stage.deps}
