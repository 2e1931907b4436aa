"""The content of tracked files, of a commit or of the working tree.

The review reads only git, so it needs neither a DVC cache nor a remote.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import io
from pathlib import Path
import subprocess
import tarfile

from stages.shared.errors import InputError


@dataclass(frozen=True)
class Revision:
    """A commit with the name that the user gave it, or the working tree, which has no commit."""

    name: str
    commit: str | None

    def __str__(self) -> str:
        return f"{self.name} ({self.commit[:7]})" if self.commit else self.name

    def describe(self, path: Path | str) -> str:
        """Return how messages name a file of this revision."""
        return f"{path} in {self}"

    def read(self, path: Path) -> bytes:
        """Return the content of a file. Raises InputError when the revision lacks it."""
        try:
            return run_git("show", f"{self.commit}:./{path.as_posix()}") if self.commit else path.read_bytes()
        except (OSError, subprocess.CalledProcessError):
            fix = "commit params.yaml, dvc.lock and metrics/ together, after `dvc repro`"
            raise InputError(f"{self.describe(path)}: no such file; {fix}") from None

    def read_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return each file at or below `paths`; of the working tree also untracked files, unless git ignores them."""
        if self.commit:
            listing = run_git("--literal-pathspecs", "ls-tree", "-rz", "--name-only", self.commit, "--", *paths)
        else:
            options = ("-z", "--cached", "--others", "--exclude-standard")
            listing = run_git("--literal-pathspecs", "ls-files", *options, "--", *paths)
        names = [name for name in listing.decode(errors="surrogateescape").split("\0") if name]
        if not self.commit:
            return {name: Path(name).read_bytes() for name in names if Path(name).is_file()}
        if not names:
            return {}
        above = {name: self.read(Path(name)) for name in names if name.startswith("../")}  # of a host repository
        names = [name for name in names if name not in above]
        if not names:
            return above
        archive = run_git("--literal-pathspecs", "archive", "--format=tar", self.commit, "--", *names)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            files = {item.name: file.read() for item in tar if item.isfile() and (file := tar.extractfile(item))}
        return above | files


def find_revision(name: str | None) -> Revision:
    """Return the commit that `name` means to git, or the working tree for None. Raises InputError for other names."""
    if name is None:
        return Revision("the work tree", None)
    try:
        commit = run_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except subprocess.CalledProcessError:
        return Revision(name, _find_experiment(name))
    return Revision(name, commit.decode().strip())


def _find_experiment(name: str) -> str:
    """Return the commit of a DVC experiment, which is refs/exps/<2 digits>/<38 digits>/<name> to git."""
    try:
        lines = run_git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").decode().splitlines()
    except subprocess.CalledProcessError:
        lines = []  # this is no repository
    commits = {line.partition(" ")[0] for line in lines if line.split("/")[4:] == [name]}
    if len(commits) == 1:
        return commits.pop()
    branch = name.removeprefix("origin/")
    raise InputError(
        f"{name}: {'more than one experiment has this name' if commits else 'no such revision in this repository'}; "
        "a branch, tag, commit or experiment is allowed; in a shallow clone bring a branch with "
        f"`git fetch --depth=1 origin +refs/heads/{branch}:refs/remotes/origin/{branch}` and call it origin/{branch}"
    )


def run_git(*arguments: str) -> bytes:
    """Return the output of a git command. Raises InputError without git, CalledProcessError when the command fails."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise InputError("git: not installed, and revisions are read with it; install git") from None
