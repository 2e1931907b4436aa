"""Checks of the repository: params, git, DVC with its plots, and the remote."""

import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any

from stages.shared.errors import InputError
from stages.shared.messages import PACKAGE, command, single_line
from stages.shared.runtime.environment import call_tool
from stages.shared.runtime.repository import find_dvc_root
from tools.doctor.checks.finding import FIX, Finding, open_repository, run_git

#: seconds to wait for the remote
TIMEOUT = 20


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
    """Check that git is installed, with a name to commit with, in a repository without an unresolved merge."""
    if not shutil.which("git"):
        return Finding("wrong", "git is not installed", "apt-get install git")
    top = run_git("rev-parse", "--show-toplevel")
    if top.returncode:
        return Finding("wrong", (top.stderr.splitlines() or ["no repository"])[0], "git init")
    if unmerged := sorted({line.partition("\t")[2] for line in run_git("ls-files", "--unmerged").stdout.splitlines()}):
        return Finding("wrong", f"unmerged: {', '.join(unmerged)}; see docs/how-to/merging.md", "git merge --abort")
    if run_git("var", "GIT_COMMITTER_IDENT").returncode:
        return Finding("note", "git has no name to commit with", "git config user.email you@example.org")
    changed = len(run_git("status", "--porcelain").stdout.splitlines())
    return Finding("ok", f"a repository with {changed} changed files")


def check_dvc() -> Finding:
    """Open the DVC repository, and list the commands that use it now."""
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
            "wrong", single_line(error), "git init" if run_git("rev-parse").returncode else "git diff HEAD .dvc/config"
        )
    path = root / ".dvc/tmp/rwlock"
    try:
        users = SCHEMA(json.loads(path.read_bytes())) if path.is_file() else {"read": {}, "write": {}}
    except Exception:  # DVC's schema raises exceptions of another library
        return Finding("wrong", f"{path}: broken", FIX)
    entries = [*users["write"].values(), *(entry for several in users["read"].values() for entry in several)]
    if at_work := sorted({f"{entry['cmd']} (process {entry['pid']})" for entry in entries if _is_alive(entry["pid"])}):
        return Finding("note", f"at work: {', '.join(at_work)}")
    return Finding("ok", "no dvc command is at work")


def check_plots() -> Finding:
    """Check that DVC finds the templates that dvc.yaml names; DVC looks for them in the root above this folder."""
    folder = (find_dvc_root() or Path()) / ".dvc/plots"
    names = re.findall(r"^ +template: (\w+)$", Path("dvc.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    if missing := [name for name in names if not (folder / f"{name}.json").is_file()]:
        fix = "evenhand upgrade --write" if PACKAGE in os.environ else f"copy Evenhand's .dvc/plots to {folder}"
        return Finding("note", f"templates that are not in {folder}: {', '.join(missing)}", fix)
    return Finding("ok", f"{len(names)} templates")


def check_remote() -> Finding:
    """Ask the default remote, in another process with a time limit."""
    with open_repository() as repo:
        name = repo.config["core"].get("remote")
        settings: dict[str, Any] = repo.config["remote"].get(name, {})
    if not name:
        return Finding("ok", "none is configured")
    remote, modify = f"{name} ({settings.get('url')})", f"dvc remote modify {name}"
    try:
        probe = call_tool("doctor.remote")
        answer = subprocess.run(probe, capture_output=True, encoding="utf-8", timeout=TIMEOUT, check=False)
        why = (answer.stderr.splitlines() or ["no answer"])[-1].removeprefix("error: ") if answer.returncode else ""
    except subprocess.TimeoutExpired:
        why = f"no answer within {TIMEOUT} seconds"
    if why:
        return Finding("wrong", f"{remote}: {why}; see docs/how-to/remotes.md", f"{modify} …")
    if not settings.get("verify"):
        return Finding("note", f"{remote}: what is pulled from it is not verified", f"{modify} verify true")
    if answer.stdout.strip() == "absent":
        return Finding("note", f"{remote}: nothing is there yet", "dvc push")
    return Finding("ok", f"{remote} answers")


def _is_alive(process: int) -> bool:
    return sys.platform != "linux" or Path(f"/proc/{process}").exists()
