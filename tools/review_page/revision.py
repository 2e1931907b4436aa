"""What a file held at another revision, from git alone: no cache and no remote is needed."""

from dataclasses import dataclass
from pathlib import Path
import subprocess

from stages.shared.errors import InputError


@dataclass(frozen=True)
class Revision:
    """A commit of this repository."""

    name: str  # as it was asked for
    commit: str

    def text(self, path: Path) -> str | None:
        """The text of `path` at this commit; None where it was not in git."""
        done = _git("show", f"{self.commit}:./{path.as_posix()}")
        return done.stdout if done.returncode == 0 else None


def find(name: str) -> Revision:
    """The commit that git knows as `name`. Raises InputError when there is none, or no repository."""
    done = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if done.returncode:
        inside = _git("rev-parse", "--git-dir").returncode == 0
        wrong = "no such revision" if inside else "this is no git repository, so there is nothing to compare with"
        raise InputError(f"revision {name!r}: {wrong}; name a branch, a tag or a commit, such as HEAD or main")
    return Revision(name, done.stdout.strip())


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False)
