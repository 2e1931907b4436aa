"""Training on real engines gives the bytes of this machine; where an engine fails, the run ends with 75."""

from collections.abc import Iterator
from contextlib import suppress
import os
from pathlib import Path
import shutil
import subprocess
import tempfile
import time

from distributed import Client
import numpy as np
import psutil
import pytest

from stages.shared.params import read_params
from stages.shared.storage.files import sha256
from stages.shared.storage.parquet import read_table
from stages.train.execution.engines.pool import open_engine_pool
from stages.train.execution.engines.worker import TrainSet
from stages.train.params import TrainParams
from stages.train.strategy.context import StrategyContext
from tests.pipeline.engines.clusters import Cluster, start_dask, start_dask_worker, start_ray, start_slurm
from tests.pipeline.project import Repository, environment
from tests.pipeline.servers import Server, make_ssh
from tests.support.forks import command_of

pytestmark = pytest.mark.slow

TRAIN = ("stages.train", "--strategy", "smote")
#: for dask_jobqueue, which reads its settings when it is imported, and for another machine
PYTHON = ("python", "-m")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: the sockets of Ray and munge may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="eh") as path:
        yield Path(path)


@pytest.fixture
def dask(folder: Path, finished: Repository) -> Iterator[Cluster]:
    cluster = start_dask(folder, finished.path / "stages")
    yield cluster
    cluster.end()


def start_training(repository: Repository, cluster: Cluster, *python: str) -> "subprocess.Popen[str]":
    """Train smote again, from nothing, in a fork or by `python`."""
    shutil.rmtree(repository.path / "models/smote", ignore_errors=True)
    command = [*python, *TRAIN] if python else command_of(*TRAIN)
    return subprocess.Popen(
        command, cwd=repository.path, env=environment() | cluster.variables,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def check_training(run: "subprocess.Popen[str]", repository: Repository) -> None:
    """Check that a training ends well, with the bytes of the one on this machine."""
    _, said = run.communicate(timeout=200)
    assert run.returncode == 0, said
    assert repository.run("git", "status", "--porcelain").stdout == ""  # metrics/cv, which names the models' hashes
    assert (repository.path / "models/smote/manifest.json").is_file()


def find_busy_process(cluster: Cluster) -> psutil.Process:
    """Wait for a worker that has a call; return its process."""
    with Client(cluster.variables["DASK_SCHEDULER_ADDRESS"]) as client:
        patience = time.monotonic() + 100
        while not (busy := [address for address, calls in client.processing().items() if calls]):
            assert time.monotonic() < patience
            time.sleep(0.05)
        return psutil.Process(client.run(os.getpid, workers=busy[:1])[busy[0]])


def test_all_strategies_train_on_dask_although_a_worker_is_killed(
    repository: Repository, dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its nanny starts another process, and the scheduler starts the lost calls again."""
    for folder in ("models", ".dvc/cache", ".dvc/tmp", "metrics/cv"):
        shutil.rmtree(repository.path / folder)
    run = subprocess.Popen(
        command_of("tools.repro"), cwd=repository.path, env=environment() | dask.variables, stderr=subprocess.PIPE
    )
    find_busy_process(dask).kill()
    _, said = run.communicate(timeout=300)
    assert run.returncode == 0, said
    assert said.count(b"Running stage 'train@") == 3
    assert repository.run("git", "status", "--porcelain").stdout == ""


def test_workers_get_the_table_where_they_cannot_read_it(
    repository: Repository, dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path leads nowhere in their folders."""
    monkeypatch.chdir(repository.path)
    for name, value in dask.variables.items():
        monkeypatch.setenv(name, value)
    train_set = TrainSet(Path("data/train.parquet"), sha256(Path("data/train.parquet")))
    table = read_table(train_set.path)
    with open_engine_pool(train_set, StrategyContext(table, "smote", read_params(TrainParams)), 2) as pool:
        targets = [pool.get_result(call) for call in [pool.submit(getattr, "y") for _ in range(4)]]
    assert all(np.array_equal(target, table.target) for target in targets)


def test_a_machine_that_goes_down_is_done_without(repository: Repository, dask: Cluster) -> None:
    run = start_training(repository, dask)
    dead = find_busy_process(dask).cwd()
    dask.kill(Path(dead).name)
    check_training(run, repository)


def test_a_scheduler_that_dies_ends_the_run_with_75(repository: Repository, dask: Cluster) -> None:
    before = (repository.path / "metrics/cv/smote.json").read_bytes()
    run = start_training(repository, dask)
    find_busy_process(dask)
    dask.kill("scheduler")
    _, said = run.communicate(timeout=100)
    assert run.returncode == 75, said
    assert "error: EVENHAND_ENGINE: the scheduler has gone; nothing that was finished is lost; run this again" in said
    assert not (repository.path / "models/smote").exists()
    assert (repository.path / "metrics/cv/smote.json").read_bytes() == before
    assert not dask.processes["one"].wait(60) + dask.processes["two"].wait(60)  # Dask ends them


def test_workers_that_cannot_do_the_work_are_refused(repository: Repository, dask: Cluster) -> None:
    """One of them has other code, then all have gone."""
    dask.kill("one")
    with (dask.folder / "one/stages/train/strategy/context.py").open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    start_dask_worker(dask, "one")
    dask.wait_for_text("one", "Registered to")
    run = start_training(repository, dask)
    _, said = run.communicate(timeout=100)
    assert run.returncode == 2, said
    assert "code of stages/" in said
    assert said.count("error: ") == 1
    dask.kill("one")
    dask.kill("two")
    dask.variables["EVENHAND_PATIENCE"] = "2"
    run = start_training(repository, dask)
    _, said = run.communicate(timeout=100)
    assert run.returncode == 75, said
    assert "error: EVENHAND_ENGINE: the scheduler has no worker: " in said


def test_ray_gives_the_same_bytes_although_a_worker_is_killed(repository: Repository, folder: Path) -> None:
    ray = start_ray(folder)
    try:
        run = start_training(repository, ray)
        worker = find_ray_worker(ray)
        worker.kill()
        check_training(run, repository)
    finally:
        ray.end()


def find_ray_worker(ray: Cluster) -> psutil.Process:
    """Wait for a process that makes a call, which Ray names after the function; return it."""
    patience = time.monotonic() + 100
    while True:
        for process in psutil.Process(ray.processes["ray"].pid).children(recursive=True):
            with suppress(psutil.Error):
                if process.cmdline()[:1] == ["ray::_run"]:
                    return process
        assert time.monotonic() < patience
        time.sleep(0.05)


def test_slurm_gives_the_same_bytes(repository: Repository, folder: Path) -> None:
    """By workers that Slurm starts, and by srun before the command."""
    slurm = start_slurm(folder)
    try:
        settings = {"CORES": "1", "MEMORY": "900MiB", "INTERFACE": "lo", "LOG_DIRECTORY": str(folder)}
        jobs = {f"DASK_JOBQUEUE__SLURM__{name}": value for name, value in settings.items()}
        plain, slurm.variables = slurm.variables, slurm.variables | jobs | {"EVENHAND_ENGINE": "slurm"}
        check_training(start_training(repository, slurm, *PYTHON), repository)
        assert len(list(folder.glob("dask-worker-*.out"))) >= 1
        later = {"DASK_JOBQUEUE__SLURM__JOB_EXTRA_DIRECTIVES": "['--begin=now+1hour']"}
        slurm.variables |= later | {"EVENHAND_PATIENCE": "2"}
        run = start_training(repository, slurm, *PYTHON)
        assert "error: EVENHAND_ENGINE: the scheduler has no worker: " in run.communicate(timeout=100)[1]
        assert run.returncode == 75
        squeue = subprocess.run(
            ["squeue", "-h", "--states=PD,R"], env=os.environ | plain, capture_output=True, text=True
        )
        assert squeue.stdout == ""  # its jobs were cancelled
        slurm.variables = plain | {"EVENHAND_LAUNCH": "srun --ntasks 1"}
        check_training(start_training(repository, slurm, *PYTHON), repository)
    finally:
        slurm.end()


def test_ssh_is_a_way_to_another_machine(repository: Repository, folder: Path, tmp_path: Path) -> None:
    server: Server = make_ssh(tmp_path)
    server.start()
    try:
        port = server.url.partition("127.0.0.1:")[2].partition("/")[0]
        options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        here = Cluster(folder)
        here.variables = {"EVENHAND_LAUNCH": f"ssh -p {port} -i {server.settings['keyfile']} {options} 127.0.0.1"}
        check_training(start_training(repository, here, *PYTHON), repository)
    finally:
        server.end()
