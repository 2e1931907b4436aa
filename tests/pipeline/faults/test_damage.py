"""Bytes that changed behind DVC's back: a run restores them, makes them again, or refuses; the doctor finds them."""

import hashlib
import os
from pathlib import Path
import shutil
import sys

import pytest

from tests.pipeline.project import Repository

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")]

MODEL, CHAMPION = Path("models/smote/xgboost.skops"), Path("models/champion/model.skops")


def flip(path: Path) -> None:
    """Change a bit as a damaged disk does: size and times stay."""
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(stat.st_mode)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def find_object(repository: Repository, path: Path) -> Path:
    """The object of a file in the cache."""
    md5 = hashlib.md5((repository.path / path).read_bytes()).hexdigest()
    return repository.path / ".dvc/cache/files/md5" / md5[:2] / md5[2:]


def doctor(repository: Repository, *arguments: str) -> tuple[int, list[str]]:
    """The exit code of the doctor, and its lines but those that say ok."""
    done = repository.call("tools.doctor", *arguments, check=False)
    assert done.stderr == ""
    lines = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
    return done.returncode, [line for line in lines if "nothing is there yet; fix: dvc push" not in line]


def test_what_dvc_does_not_notice_is_restored(repository: Repository) -> None:
    damaged = [MODEL, CHAMPION, Path("data/test.parquet"), Path("metrics/leaderboard.json")]
    before = [(repository.path / path).read_bytes() for path in damaged]
    repository.dvc("status")  # DVC remembers the hashes
    for path in damaged:
        flip(repository.path / path)
    flip(find_object(repository, Path("models/champion/champion.json")))  # so the champion is made again
    assert "up to date" in repository.dvc("status").stdout
    done = repository.repro()
    assert [line for line in done.stderr.splitlines() if line.startswith("repaired: ")] == [
        "repaired: damaged objects of the cache are removed: 1",
        "repaired: data/test.parquet failed its hash; data/test.parquet is restored from the cache",
        "repaired: models/smote/xgboost.skops failed its hash; models/smote is restored from the cache",
        "repaired: metrics/leaderboard.json failed its hash; metrics/leaderboard.json is removed",
        "repaired: models/champion/model.skops failed its hash; models/champion is removed",
    ]
    assert "Running stage 'evaluate' in a fork" in done.stderr
    assert "Running stage 'train" not in done.stderr
    assert [(repository.path / path).read_bytes() for path in damaged] == before
    assert repository.run("git", "status", "--porcelain").stdout == ""


@pytest.mark.parametrize("cached", [True, False])
def test_what_was_added_to_dvc_is_restored_or_left_alone(repository: Repository, cached: bool) -> None:
    """No command makes it again."""
    path = Path("data/added.csv")
    (repository.path / path).write_text("a,b\n1,2\n" * 100)
    repository.dvc("add", str(path))
    whole, stored = (repository.path / path).read_bytes(), find_object(repository, path)
    repository.dvc("status")
    flip(repository.path / path)
    damaged = (repository.path / path).read_bytes()
    if not cached:
        stored.unlink()
    done = repository.repro(check=False)
    if cached:
        assert f"repaired: {path} failed its hash; {path} is restored from the cache" in done.stderr
    else:
        assert done.returncode == 3
        assert done.stderr.startswith(f"error: {path}: fails its hash, and the cache has no whole copy; ")
    assert (repository.path / path).read_bytes() == (whole if cached else damaged)


def test_a_damaged_object_of_the_cache_is_not_taken(repository: Repository) -> None:
    flip(find_object(repository, MODEL))
    shutil.rmtree(repository.path / "models")
    done = repository.repro()
    assert "repaired: models/smote/xgboost.skops failed its hash; models/smote is removed" in done.stderr
    assert "Running stage 'train@smote' in a fork" in done.stderr
    assert repository.run("git", "status", "--porcelain").stdout == ""


def test_damage_that_is_committed_is_refused_with_the_command_that_helps(repository: Repository) -> None:
    flip(repository.path / CHAMPION)
    (repository.path / CHAMPION).touch()
    repository.dvc("commit", "--quiet", "--force", "report")
    done = repository.repro(check=False)
    command = "dvc repro --force --single-item report"
    assert (done.returncode, done.stderr) == (
        3,
        "error: models/champion/model.skops: fails its hash, also as report has committed it; "
        f"run `{command}`, then this again\n",
    )
    code, found = doctor(repository, "--fix")
    assert (code, found[0]) == (2, f"not fixed: {done.stderr.removeprefix('error: ').strip()}")
    assert (
        found[1]
        == "wrong  outputs     fail their hashes: models/champion/model.skops; fix: python -m tools.doctor --fix"
    )
    repository.dvc(*command.split()[1:])
    assert doctor(repository) == (0, [])
    assert repository.run("git", "status", "--porcelain").stdout == ""


def test_the_doctor_finds_and_fixes(repository: Repository) -> None:
    assert doctor(repository) == (0, [])
    left = [repository.path / "models/.champion.abc.tmp", repository.path / "metrics/cv/.smote.json.abc.tmp"]
    left[0].mkdir()
    left[1].touch()
    flip(repository.path / MODEL)
    flip(find_object(repository, CHAMPION))
    (repository.path / ".dvc/tmp/rwlock").write_text("")
    fix = "; fix: python -m tools.doctor --fix"
    code, found = doctor(repository)
    assert code == 2
    assert [line.partition(", such as")[0] for line in found] == [
        f"wrong  DVC         .dvc/tmp/rwlock: broken{fix}",
        f"wrong  outputs     fail their hashes: models/smote/xgboost.skops{fix}",
        "wrong  cache       1 objects fail their hashes",
        "note   left over   2 half-written files",
    ]
    assert doctor(repository, "--fix") == (0, [
        "fixed: rwlock in .dvc/tmp was broken and is removed; DVC writes a new one",
        "fixed: metrics/cv/.smote.json.abc.tmp was left half-written and is removed",
        "fixed: models/.champion.abc.tmp was left half-written and is removed",
        "fixed: damaged objects of the cache are removed: 1",
        "fixed: models/smote/xgboost.skops failed its hash; models/smote is restored from the cache",
    ])  # fmt: skip
    assert not any(path.exists() for path in left)
    assert doctor(repository, "--fix") == (0, ["fixed: nothing"])


def test_a_stage_at_work_keeps_its_files(repository: Repository) -> None:
    import fcntl

    half = repository.path / "models/.smote.abc.tmp"
    half.mkdir()
    with (repository.path / ".dvc/tmp/stages.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)  # as a training does
        assert doctor(repository, "--fix")[1][0].startswith("not fixed: doctor: another stage is at work")
    assert half.exists()


@pytest.mark.parametrize(
    ("name", "content", "subject"),
    [
        (".git", None, "git"),
        (".dvc", None, "DVC"),
        ("params.yaml", "a: [", "params"),
        ("dvc.lock", "<<<<<<< ours\n", "dvc.lock"),
    ],
)
def test_a_repository_that_lacks_something_is_no_traceback(
    repository: Repository, name: str, content: str | None, subject: str
) -> None:
    path = repository.path / name
    if content is None:
        shutil.rmtree(path)
    else:
        path.write_text(content)
    code, found = doctor(repository, "--fix")
    assert code == 2
    assert found[0].startswith("not fixed: ")
    (line,) = (line for line in found if line.startswith(f"wrong  {subject} "))
    assert "; fix: " in line
