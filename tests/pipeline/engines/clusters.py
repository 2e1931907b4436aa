"""Real engines on loopback addresses: a Dask scheduler with workers, a Slurm of one machine, a Ray of one machine."""

from collections.abc import Sequence
from contextlib import suppress
import getpass
import os
from pathlib import Path
import shutil
import socket
import subprocess
import time

import psutil

from tests.pipeline.project import environment
from tests.pipeline.servers import answers, find_program, free_ports
from tests.support.forks import CODE, command_of

PATIENCE = 60


class Cluster:
    """The processes of an engine, and the environment variables that lead to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.variables = folder, dict[str, str]()
        self.processes = dict[str, "subprocess.Popen[bytes]"]()
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str], cwd: Path | None = None, code: Path | None = None) -> None:
        variables = environment() | self.variables | ({CODE: str(code)} if code else {})
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=cwd or self.folder, env=variables, stdout=log, stderr=log
            )

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def wait_for_port(self, name: str, port: int) -> None:
        patience = time.monotonic() + PATIENCE
        while not answers(port):
            assert self.processes[name].poll() is None, self.log(name).read_text()[-2000:]
            assert time.monotonic() < patience, self.log(name).read_text()[-2000:]
            time.sleep(0.05)

    def wait_for_text(self, name: str, text: str) -> None:
        patience = time.monotonic() + PATIENCE
        while text not in self.log(name).read_text():
            assert self.processes[name].poll() is None, self.log(name).read_text()[-2000:]
            assert time.monotonic() < patience, self.log(name).read_text()[-2000:]
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """Kill a process, its children and all that work in its folder, as a machine that goes down."""
        process = self.processes.pop(name)
        family = [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == str(self.folder / name)]
        if process.poll() is None:
            family += [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
        psutil.wait_procs(family, timeout=10)

    def end(self) -> None:
        for name in list(self.processes):
            self.kill(name)


def start_dask(folder: Path, stages: Path, workers: Sequence[str] = ("one", "two")) -> Cluster:
    """Start a scheduler, and workers that have nothing but a copy of the code in working folders of their own."""
    cluster = Cluster(folder)
    (port,) = free_ports(1)
    address = f"tcp://127.0.0.1:{port}"
    cluster.variables = {"EVENHAND_ENGINE": "dask", "DASK_SCHEDULER_ADDRESS": address, "EVENHAND_PATIENCE": "20"}
    (folder / "scheduler").mkdir()
    command = command_of("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
    cluster.start("scheduler", [*command, "--no-dashboard"], folder / "scheduler")
    cluster.wait_for_port("scheduler", port)
    for name in workers:
        shutil.copytree(stages, folder / name / "stages", ignore=shutil.ignore_patterns("__pycache__"))
        start_dask_worker(cluster, name)
    for name in workers:
        cluster.wait_for_text(name, "Registered to")
    return cluster


def start_dask_worker(cluster: Cluster, name: str) -> None:
    command = command_of("distributed.cli.dask_worker", cluster.variables["DASK_SCHEDULER_ADDRESS"])
    options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--preload", "stages"]
    command += [*options, "--local-directory", str(cluster.folder)]
    cluster.start(name, command, cluster.folder / name, code=cluster.folder / name)


def start_ray(folder: Path) -> Cluster:
    """Start a Ray of one machine with one worker; what it starts takes longer than the fits."""
    find_program("ray", "ray", "ray")
    cluster = Cluster(folder)
    (port,) = free_ports(1)
    cluster.variables = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # as on Windows, it stays on loopback
    command = ["ray", "start", "--head", "--block", "--node-ip-address", "127.0.0.1", "--port", str(port)]
    options = ["--num-cpus", "1", "--include-dashboard", "false", "--disable-usage-stats", "--temp-dir", str(folder)]
    cluster.start("ray", [*command, *options, "--object-store-memory", str(100 << 20)])
    cluster.variables |= {"EVENHAND_ENGINE": "ray", "RAY_ADDRESS": f"127.0.0.1:{port}"}
    cluster.wait_for_text("ray", "Ray runtime started")
    return cluster


def start_slurm(folder: Path) -> Cluster:
    """Start a Slurm of one machine with its own key."""
    programs = {name: find_program(name, "slurmctld slurmd munge", "dask_jobqueue") for name in DAEMONS}
    cluster = Cluster(folder)
    control, node = free_ports(2)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "key").write_bytes(os.urandom(1024))
    (folder / "key").chmod(0o400)
    host = socket.gethostname()
    settings = {
        "ClusterName": "one", "SlurmctldHost": f"{host}(127.0.0.1)", "SlurmctldPort": control, "SlurmdPort": node,
        "CommunicationParameters": "NoCtldInAddrAny,NoInAddrAny",
        "SlurmUser": getpass.getuser(), "SlurmdUser": getpass.getuser(),
        "AuthType": "auth/munge", "AuthInfo": f"socket={folder}/munge", "CredType": "cred/munge",
        "ProctrackType": "proctrack/linuxproc", "TaskPlugin": "task/none", "MpiDefault": "none",
        "SelectType": "select/cons_tres", "SelectTypeParameters": "CR_Core", "ReturnToService": 2,
        "StateSaveLocation": folder / "state", "SlurmdSpoolDir": folder / "spool",
        "SlurmctldPidFile": folder / "slurmctld.pid", "SlurmdPidFile": folder / "slurmd.pid",
    }  # fmt: skip
    lines = [f"{name}={value}" for name, value in settings.items()]
    lines += [f"NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000", "PartitionName=main Nodes=ALL Default=YES"]
    (folder / "slurm.conf").write_text("\n".join(lines) + "\n")
    cluster.variables = {"SLURM_CONF": str(folder / "slurm.conf")}
    files = ["--key-file", f"{folder}/key", "--pid-file", f"{folder}/munge.pid", "--seed-file", f"{folder}/seed"]
    cluster.start("munged", [programs["munged"], "--foreground", "--force", "--socket", f"{folder}/munge", *files])
    cluster.start("slurmctld", [programs["slurmctld"], "-D", "-i"])
    cluster.wait_for_port("slurmctld", control)
    cluster.start("slurmd", [programs["slurmd"], "-D"])
    cluster.wait_for_port("slurmd", node)
    return cluster


DAEMONS = ("munged", "slurmctld", "slurmd")
