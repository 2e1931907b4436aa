"""Checks of the files that the pipeline writes: dvc.lock, the outputs, the cache, and half-written files."""

from pathlib import Path

from stages.shared.errors import InputError
from stages.shared.messages import command, single_line
from tools.doctor.checks.finding import FIX, Finding, open_repository
from tools.doctor.fixes import find_leftovers


def check_lock() -> Finding:
    """Read dvc.lock."""
    from tools.doctor.repair import is_whole

    path = Path("dvc.lock")
    if not path.is_file():
        return Finding("note", "no such file, so nothing has run", command("make repro"))
    content = path.read_bytes()
    if b"<<<<<<<" in content:
        return Finding("wrong", "conflict of a merge; see docs/how-to/merging.md", "git merge --abort")
    return Finding("ok", "whole") if is_whole(content) else Finding("wrong", "broken", FIX)


def check_outputs() -> Finding:
    """Compare the outputs with their hashes: model folders with their manifests, the others with dvc.lock."""
    from dvc.exceptions import DvcException

    from tools.doctor.damage import find_damaged_outputs, list_outputs

    with open_repository() as repo:
        try:
            outs = [out for out in list_outputs(repo) if out.exists]
            damaged = [path for _, path in find_damaged_outputs(repo, outs)]
        except DvcException as error:  # of dvc.yaml, dvc.lock or params.yaml
            return Finding("wrong", f"not checked: {single_line(error)}", "dvc status")
    if damaged:
        return Finding("wrong", f"fail their hashes: {', '.join(damaged)}", FIX)
    return Finding("ok", f"{len(outs)} outputs, with the models and the champion, are as their hashes say")


def check_metrics() -> Finding:
    """Check that metrics/ and models/champion are of the same run."""
    from stages.shared.paths import LEADERBOARD
    from stages.shared.storage.files import read_json
    from stages.shared.storage.one_run import check_one_run

    if not LEADERBOARD.is_file():
        return Finding("note", f"{LEADERBOARD}: no such file", command("make repro"))
    try:
        check_one_run(read_json(LEADERBOARD))
    except InputError as error:
        return Finding("wrong", error.problems[0], command("make repro"))
    return Finding("ok", "of one run, and the champion too")


def check_cache() -> Finding:
    """Compare each object of DVC's cache with the hash that is its name."""
    from tools.doctor.damage import find_damaged_objects

    with open_repository() as repo:
        cache = Path(repo.cache.local.path)
    if damaged := find_damaged_objects(cache):
        return Finding("wrong", f"{len(damaged)} objects fail their hashes, such as {damaged[0]}", FIX)
    return Finding("ok", "no object is damaged")


def check_leftovers() -> Finding:
    """Look for half-written files of killed stages."""
    leftovers = find_leftovers()
    if leftovers:
        return Finding("note", f"{len(leftovers)} half-written files, such as {leftovers[0]}", FIX)
    return Finding("ok", "no half-written files")
