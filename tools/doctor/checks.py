"""The checks of `python -m tools.doctor`. Each imports what it needs itself: the environment may be what is wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
import json
import locale
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any, Literal, NamedTuple

from stages.shared.errors import InputError
from stages.shared.messages import PACKAGE, command, printable, single_line
from stages.shared.runtime.environment import LIBRARIES, call_tool, find_lock, read_pins
from stages.shared.runtime.memory import available_bytes
from stages.shared.runtime.repository import find_dvc_root
from tools.doctor.fixes import find_leftovers
from tools.shared.dvc_repository import open_repository

FIX = command("python -m tools.doctor --fix")

#: bytes of disk and of memory below which the default run is likely to fail
LEAST = 1 << 29

#: seconds to wait for the remote
PATIENCE = 20


class Finding(NamedTuple):
    """What a check found, and the command that fixes it."""

    level: Literal["ok", "note", "wrong"]
    found: str
    fix: str = ""


class SkippedError(Exception):
    """A check needs what another check has found to be wrong."""


def examine(check: Callable[[], Finding]) -> Finding:
    """Return what a check finds; a failure of the check is a finding too."""
    try:
        level, found, fix = check()
    except SkippedError:
        level, found, fix = "note", "not checked, because DVC does not work here", ""
    except ImportError as error:
        level, found, fix = "wrong", single_line(error), command("make setup")
    except Exception as error:  # whatever is broken, the other checks go on
        level, found, fix = "wrong", f"not checked: {single_line(error) or type(error).__name__}", command("make setup")
    return Finding(level, printable(found, 300), fix)


def check_versions() -> Finding:
    """Compare every installed package with the lock."""
    lock = find_lock()
    if not lock.is_file():
        return Finding("wrong", f"{lock}: no such file", f"git checkout HEAD {lock}")
    pins = dict(read_pins(lock.read_text(encoding="utf-8")))
    # pairs, because both xgboost and xgboost-cpu may be there, and the one installed last is imported
    installed = sorted(
        {(re.sub("[-_.]+", "-", item.name).lower().removesuffix("-cpu"), item.version) for item in distributions()}
    )
    names = {name for name, _ in installed}
    problems = [f"{name} is missing" for name in LIBRARIES if name not in names]
    problems += [
        f"{name} {number} (locked: {pins[name]})" for name, number in installed if pins.get(name, number) != number
    ]
    if problems:
        fix = command("make setup") if PACKAGE in os.environ else f"touch {lock} && make setup"
        return Finding("wrong", f"not as in {lock}: {', '.join(problems)}", fix)
    same = len(pins.keys() & names)
    return Finding("ok", f"Python {sys.version.split()[0]}; {same} packages as in {lock}")


def check_params() -> Finding:
    """Read params.yaml as every stage does."""
    from tools.params.model import check_params as check_all

    try:
        check_all()
    except InputError as error:
        more = f", and {len(error.problems) - 1} more" if len(error.problems) > 1 else ""
        return Finding(
            "wrong", f"{error.problems[0]}{more}", command("edit params.yaml, then python -m tools.params check")
        )
    return Finding("ok", "params.yaml is valid")


def check_git() -> Finding:
    """Look for git, a repository, a merge that is not resolved, and an identity."""
    if not shutil.which("git"):
        return Finding("wrong", "git is not installed", "apt-get install git")
    top = _git("rev-parse", "--show-toplevel")
    if top.returncode:
        return Finding("wrong", (top.stderr.splitlines() or ["no repository"])[0], "git init")
    if unmerged := sorted({line.partition("\t")[2] for line in _git("ls-files", "--unmerged").stdout.splitlines()}):
        return Finding("wrong", f"unmerged: {', '.join(unmerged)}; see docs/how-to/merging.md", "git merge --abort")
    if _git("var", "GIT_COMMITTER_IDENT").returncode:
        return Finding("note", "nobody's name to commit with", "git config user.email you@example.org")
    changed = len(_git("status", "--porcelain").stdout.splitlines())
    return Finding("ok", f"a repository with {changed} changed files")


def check_dvc() -> Finding:
    """Open the DVC repository, and look at who is at work in it."""
    from dvc.exceptions import DvcException
    from dvc.rwlock import SCHEMA

    from tools.repro.dvc_repo import lock_repository

    root = find_dvc_root()
    if root is None:
        return Finding("wrong", "no folder .dvc here; run this from the root", "git checkout HEAD .dvc")
    try:
        with lock_repository():
            pass
    except InputError:  # BusyError
        return Finding("note", "another dvc command holds .dvc/tmp/lock; wait for its end")
    except DvcException as error:
        return Finding(
            "wrong", single_line(error), "git init" if _git("rev-parse").returncode else "git diff HEAD .dvc/config"
        )
    path = root / ".dvc/tmp/rwlock"
    try:
        users = SCHEMA(json.loads(path.read_bytes())) if path.is_file() else {"read": {}, "write": {}}
    except Exception:  # the types that DVC's schema raises are not DVC's
        return Finding("wrong", f"{path}: broken", FIX)
    entries = [*users["write"].values(), *(entry for several in users["read"].values() for entry in several)]
    if at_work := sorted({f"{entry['cmd']} (process {entry['pid']})" for entry in entries if _is_alive(entry["pid"])}):
        return Finding("note", f"at work: {', '.join(at_work)}")
    return Finding("ok", "no dvc command is at work")


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

    from tools.doctor.damage import find_damaged, list_outputs

    with _open() as repo:
        try:
            outs = [out for out in list_outputs(repo) if out.exists]
            damaged = [what for _, what in find_damaged(repo, outs)]
        except DvcException as error:  # of dvc.yaml, dvc.lock or params.yaml
            return Finding("wrong", f"not checked: {single_line(error)}", "dvc status")
    if damaged:
        return Finding("wrong", f"fail their hashes: {', '.join(damaged)}", FIX)
    return Finding("ok", f"{len(outs)} outputs, with the models and the champion, are as their hashes say")


def check_metrics() -> Finding:
    """Look for files of several runs in metrics/ and models/champion."""
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


def check_plots() -> Finding:
    """Look whether DVC finds the templates that dvc.yaml names; those of a folder belong to the root above it."""
    folder = (find_dvc_root() or Path()) / ".dvc/plots"
    names = re.findall(r"^ +template: (\w+)$", Path("dvc.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    if missing := [name for name in names if not (folder / f"{name}.json").is_file()]:
        fix = "evenhand upgrade --write" if PACKAGE in os.environ else f"copy Evenhand's .dvc/plots to {folder}"
        return Finding("note", f"templates that are not in {folder}: {', '.join(missing)}", fix)
    return Finding("ok", f"{len(names)} templates")


def check_cache() -> Finding:
    """Compare each object of DVC's cache with the hash that is its name."""
    from tools.doctor.damage import find_objects

    with _open() as repo:
        cache = Path(repo.cache.local.path)
    if damaged := find_objects(cache):
        return Finding("wrong", f"{len(damaged)} objects fail their hashes, such as {damaged[0]}", FIX)
    return Finding("ok", "no object is damaged")


def check_leftovers() -> Finding:
    """Look for what killed stages have left half-written."""
    left = find_leftovers()
    if left:
        return Finding("note", f"{len(left)} half-written files, such as {left[0]}", FIX)
    return Finding("ok", "no half-written files")


def check_locale() -> Finding:
    """Look whether the terminal can show every name; files are UTF-8 whatever the locale."""
    encoding = sys.stdout.encoding or locale.getpreferredencoding(False)
    if "utf" not in encoding.lower():
        return Finding("note", f"output is in {encoding}, so some names are escaped", "export LC_ALL=C.UTF-8")
    return Finding("ok", encoding)


def check_disk() -> Finding:
    """Look for free space and the right to write."""
    if not os.access(".", os.W_OK):
        return Finding("wrong", "nothing can be written in this folder", "chmod u+w .")
    free = shutil.disk_usage(".").free
    return Finding("ok", f"{_gib(free)} free") if free > LEAST else Finding("wrong", f"{_gib(free)} free", "dvc gc -w")


def check_memory() -> Finding:
    """Look for available memory."""
    free = available_bytes()
    if free is None:
        return Finding("ok", "not known on this system")
    if free > LEAST:
        return Finding("ok", f"{_gib(free)} available")
    return Finding("wrong", f"{_gib(free)} available; end other programs", command("EVENHAND_WORKERS=1 make repro"))


def check_remote() -> Finding:
    """Ask the default remote, in another process that is ended if there is no answer."""
    with _open() as repo:
        name = repo.config["core"].get("remote")
        settings: dict[str, Any] = repo.config["remote"].get(name, {})
    if not name:
        return Finding("ok", "none is configured")
    place, modify = f"{name} ({settings.get('url')})", f"dvc remote modify {name}"
    try:
        probe = call_tool("doctor.remote")
        asked = subprocess.run(probe, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False)
        why = (asked.stderr.splitlines() or ["no answer"])[-1].removeprefix("error: ") if asked.returncode else ""
    except subprocess.TimeoutExpired:
        why = f"no answer within {PATIENCE} seconds"
    if why:
        return Finding("wrong", f"{place}: {why}; see docs/how-to/remotes.md", f"{modify} …")
    if not settings.get("verify"):
        return Finding("note", f"{place}: what is pulled from it is not verified", f"{modify} verify true")
    if asked.stdout.strip() == "absent":
        return Finding("note", f"{place}: nothing is there yet", "dvc push")
    return Finding("ok", f"{place} answers")


@contextmanager
def _open() -> Iterator[Any]:
    """Open the DVC repository. Raises SkippedError where `check_dvc` says why that fails."""
    from dvc.exceptions import DvcException

    try:
        repo = open_repository()
    except DvcException:
        raise SkippedError from None
    with repo:
        yield repo


def _git(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", *arguments], capture_output=True, encoding="utf-8", errors="backslashreplace", check=False
    )


def _is_alive(process: int) -> bool:
    return sys.platform != "linux" or Path(f"/proc/{process}").exists()


def _gib(size: float) -> str:
    return f"{size / 2**30:.1f} GiB"


#: the checks by the name under which they are printed
CHECKS: dict[str, Callable[[], Finding]] = {
    "versions": check_versions,
    "params": check_params,
    "git": check_git,
    "DVC": check_dvc,
    "dvc.lock": check_lock,
    "outputs": check_outputs,
    "metrics": check_metrics,
    "plots": check_plots,
    "cache": check_cache,
    "left over": check_leftovers,
    "encoding": check_locale,
    "disk": check_disk,
    "memory": check_memory,
    "remote": check_remote,
}
