"""A revision as git keeps it, or the work tree in its place: the content of tracked files, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
import io
from pathlib import Path
import subprocess
import tarfile

from stages.shared.errors import InputError

#: how the work tree is called, where a revision would stand
WORK_TREE = "the work tree"


@dataclass(frozen=True)
class Revision:
    """A commit under the name by which it was asked for; the work tree, committed or not, where there is no commit."""

    name: str
    commit: str | None

    def __str__(self) -> str:
        return f"{self.name} ({self.commit[:7]})" if self.commit else self.name

    def where(self, path: Path | str) -> str:
        """A file of this revision, as messages name it."""
        return f"{path} in {self}"

    def read(self, path: Path) -> bytes:
        """The content of a file. Raises InputError when the revision has none of that name."""
        try:
            return git("show", f"{self.commit}:./{path.as_posix()}") if self.commit else path.read_bytes()
        except (OSError, subprocess.CalledProcessError):
            fix = "commit params.yaml, dvc.lock and metrics/ together, after `dvc repro`"
            raise InputError(f"{self.where(path)}: no such file; {fix}") from None

    def files(self, indices: Iterable[str]) -> dict[str, bytes]:
        """Every file at or below `places` by its path; of the work tree also what is not committed and not ignored."""
        if self.commit:
            named = git("--literal-pathspecs", "ls-tree", "-r", "-z", "--name-only", self.commit, "--", *indices)
        else:
            named = git(
                "--literal-pathspecs", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *indices
            )
        names = [name for name in named.decode(errors="surrogateescape").split("\0") if name]
        if not self.commit:
            return {name: Path(name).read_bytes() for name in names if Path(name).is_file()}
        return (
            _unpacked(git("--literal-pathspecs", "archive", "--format=tar", self.commit, "--", *names)) if names else {}
        )


def _unpacked(packed: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {item.name: file.read() for item in archive if item.isfile() and (file := archive.extractfile(item))}


def find_revision(name: str | None) -> Revision:
    """The commit that `name` means to git, or the work tree. Raises InputError when git knows none of that name."""
    if name is None:
        return Revision(WORK_TREE, None)
    try:
        result = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except subprocess.CalledProcessError:
        return Revision(name, _experiment(name))
    return Revision(name, result.decode().strip())


def _experiment(name: str) -> str:
    """The commit of a DVC experiment, which git keeps under a longer name. Raises InputError where none has it."""
    try:
        listed = git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").decode().splitlines()
    except subprocess.CalledProcessError:
        listed = []  # this is no repository
    result = {line.partition(" ")[0] for line in listed if line.split("/")[4:] == [name]}
    if len(result) == 1:
        return result.pop()
    branch = name.removeprefix("origin/")
    fetch = f"git fetch --depth=1 origin +refs/heads/{branch}:refs/remotes/origin/{branch}"
    raise InputError(
        f"{name}: {'more than one experiment has this name' if result else 'no such revision in this repository'}; "
        f"a branch, tag, commit or experiment is allowed; in a shallow clone bring a branch with `{fetch}` and call it "
        f"origin/{branch}"
    )


def git(*arguments: str) -> bytes:
    """What a git command prints. Raises InputError without git, CalledProcessError when it fails."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise InputError("git: not installed, and revisions are read with it; install git") from None
