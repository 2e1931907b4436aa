"""Real remotes: what is pushed comes back, a server that goes down is survived, a damaged object is not used."""

from collections.abc import Callable, Iterator
import hashlib
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.pipeline.project import Repository, environment, ran
from tests.pipeline.servers import Server, make_s3, make_ssh, replace

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="the servers are for Linux")]

#: more data than a server gets before the test ends it
LARGE, FILES, SIZE = Path("data/large"), 8, 4 << 20


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server that is running."""
    made: Server = request.param(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.end()


def add_remote(repository: Repository, url: str, settings: dict[str, str]) -> None:
    repository.dvc("remote", "add", "--force", "--default", "storage", url)
    for key, value in {**settings, "verify": "true"}.items():
        repository.dvc("remote", "modify", "--local", "storage", key, value)


def wipe(repository: Repository) -> None:
    """Forget all that is not in git, as a new clone has it."""
    for name in (".dvc/cache", ".dvc/tmp", "models", "reports", "metrics/cv", str(LARGE)):
        shutil.rmtree(repository.path / name, ignore_errors=True)
    for path in [*(repository.path / "data").glob("*.parquet"), *(repository.path / "data").glob("*.json")]:
        path.unlink()


def hash_outputs(repository: Repository) -> dict[str, str]:
    files = [path for top in ("data", "models", "metrics", "reports") for path in (repository.path / top).rglob("*")]
    return {
        str(path.relative_to(repository.path)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


def size(folder: Path) -> int:
    """The bytes that files in a folder occupy; a file may vanish meanwhile."""
    return int(subprocess.run(["du", "-sk", folder], capture_output=True, text=True).stdout.split()[0]) * 1024


def interrupt(repository: Repository, server: Server, command: str, watched: Path) -> None:
    """End the server when a part of the data has arrived in the folder `watched`; the command fails in one way."""
    watched.mkdir(parents=True, exist_ok=True)
    before = size(watched)
    run = subprocess.Popen(
        ["dvc", command], cwd=repository.path, env=environment(), text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    while size(watched) < before + SIZE:
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    run.send_signal(signal.SIGSTOP)  # it could finish before the server has ended
    server.end()
    run.send_signal(signal.SIGCONT)
    _, said = run.communicate(timeout=120)
    assert run.returncode not in (0, None)
    assert said.count("ERROR: ") >= 1
    assert "Traceback" not in said
    server.start()


def check_damage(repository: Repository, damage: Callable[[str, bytes], None], before: dict[str, str]) -> None:
    """A damaged object on the remote is refused, and never becomes an output."""
    model = "models/smote/xgboost.skops"
    content = bytearray((repository.path / model).read_bytes())
    md5 = hashlib.md5(content).hexdigest()
    content[len(content) // 2] ^= 1
    damage(f"files/md5/{md5[:2]}/{md5[2:]}", bytes(content))
    wipe(repository)
    done = repository.dvc("pull", check=False)
    assert done.returncode != 0
    assert "ERROR: " in done.stderr
    got = hash_outputs(repository)
    assert {path for path, digest in got.items() if before[path] != digest} == set()
    assert model not in got


@pytest.mark.parametrize("server", [make_s3, make_ssh], indirect=True, ids=["s3", "ssh"])
def test_a_server(repository: Repository, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # the client of S3 would try for most of a minute
    (repository.path / LARGE).mkdir()
    for number in range(FILES):
        (repository.path / LARGE / str(number)).write_bytes(os.urandom(SIZE))
    repository.dvc("add", str(LARGE))
    add_remote(repository, server.url, server.settings)
    repository.commit("A remote")
    before = hash_outputs(repository)

    interrupt(repository, server, "push", server.store)
    repository.dvc("push")
    wipe(repository)
    interrupt(repository, server, "pull", repository.path / ".dvc/cache")
    repository.dvc("pull")
    assert hash_outputs(repository) == before
    assert ran(repository.dvc("repro")) == []
    assert repository.run("git", "status", "--porcelain").stdout == ""
    check_damage(repository, server.damage, before)


def test_a_folder(repository: Repository, tmp_path: Path) -> None:
    store = tmp_path / "store"
    add_remote(repository, str(store), {})
    repository.commit("A remote")
    before = hash_outputs(repository)
    repository.dvc("push")
    wipe(repository)
    assert ran(repository.dvc("repro", "--pull")) == []
    assert hash_outputs(repository) == before
    assert repository.run("git", "status", "--porcelain").stdout == ""
    check_damage(repository, lambda path, content: replace(store / path, content), before)
