"""Commands of the project in forks of a process that has imported the libraries, which takes longer than most commands.

Each has a process, a folder, variables, streams and an exit code of its own; its code is that of this repository.
`python -m tests.support.forks FOLDER RUN` is the process that imports; FOLDER/client.py asks it for a command.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
import gc
import json
import multiprocessing
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
import os
from pathlib import Path
import runpy
import signal
import socket
import subprocess
import sys
import time
import warnings

from filelock import FileLock

from tests.support.pictures import remember

ROOT = Path(__file__).parents[2]

#: the environment variables with the folder that all workers share, and with the process that started them
SHARED, RUN = "EVENHAND_TEST_SHARED", "EVENHAND_TEST_RUN"

CLIENT = """import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(os.path.join(os.path.dirname(__file__), "socket"))
    socket.send_fds(server, [b"."], [0, 1, 2])
    server.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode() + b"\\n")
    code = int(server.makefile().readline())
os.kill(os.getpid(), -code) if code < 0 else sys.exit(code)
"""

#: a `python` that has DVC, Dask, stages, tools and the package run in forks and is Python for all else
PYTHON = """#!/bin/sh
[ "$1" = -P ] && shift
case "$1 $2" in "-m dvc" | "-m distributed."* | "-m evenhand" | "-m stages."* | "-m tools."*)
    shift; exec {python} -IS {folder}/client.py "$@" ;;
esac
exec {python} "$@"
"""

#: the environment variable that names a folder with other code than that of this repository
CODE = "EVENHAND_TEST_CODE"


def call(module: str, *arguments: str, cwd: Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Do what `python -m <module>` does in `cwd`; of PYTHONWARNINGS only an action counts."""
    command = command_of(module, *arguments)
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=400)


def command_of(module: str, *arguments: str) -> list[str]:
    """Return the command that does `python -m <module>` in a fork."""
    python = ["-IS", f"{start_server()}/client.py"] if sys.platform == "linux" else ["-m"]  # macOS has no safe forks
    return [sys.executable, *python, module, *arguments]


@cache
def start_server() -> Path:
    """Start the process that imports, once for all workers; return its folder, whose `python` serves as the first."""
    folder = shared_folder()
    with FileLock(folder / "lock"):
        if not (folder / "socket").exists():
            (folder / "client.py").write_text(CLIENT)
            (folder / "python").write_text(PYTHON.format(python=sys.executable, folder=folder))
            (folder / "python").chmod(0o700)
            # the shell leaves it behind: it ends with the run, not with the worker that needs it first
            command = ["sh", "-c", '"$@" < /dev/null > "$0" 2>&1 &', str(folder / "log"), sys.executable]
            subprocess.run([*command, "-m", "tests.support.forks", str(folder), os.environ[RUN]], cwd=ROOT, check=True)
            until = time.monotonic() + 100
            while not (folder / "socket").exists():
                assert time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.05)
    return folder


def shared_folder() -> Path:
    """Return the folder that all workers of this run share: see tests/conftest.py."""
    return Path(os.environ[SHARED])


def serve(folder: Path, run: int) -> None:
    """Do the commands that clients ask for until the process `run` ends."""
    import tests.support.preload

    tests.support.preload.remember_yaml()
    remember(folder, "javascript_bundle", "vegalite_to_svg")
    end = os.pidfd_open(run)
    running: dict[int, tuple[BaseProcess, socket.socket]] = {}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "half"))
        server.listen()
        (folder / "half").rename(folder / "socket")
        gc.freeze()
        while True:
            ready = wait([end, server, *running, *(client for _, client in running.values())])
            if end in ready:
                return
            for ended, (process, client) in list(running.items()):
                if ended in ready:
                    process.join()
                    with suppress(BrokenPipeError):
                        client.sendall(f"{process.exitcode}\n".encode())
                elif client in ready:  # it was killed
                    process.kill()
                    process.join()
                else:
                    continue
                client.close()
                os.close(ended)
                del running[ended]
            if server in ready:
                client, _ = server.accept()
                process = start(client, folder)
                running[os.pidfd_open(process.pid)] = (process, client)


def start(client: socket.socket, folder: Path) -> BaseProcess:
    """Start the command that a client asks for, with the client's streams."""
    _, streams, _, _ = socket.recv_fds(client, 1, 3)
    with client.makefile() as lines:
        command, cwd, environment = json.loads(lines.readline())
    become = partial(be, command, cwd, environment, streams, str(folder / "python"))
    process = multiprocessing.get_context("fork").Process(target=become)
    process.start()
    for stream in streams:
        os.close(stream)
    return process


def be(
    command: Sequence[str], cwd: str, environment: Mapping[str, str], streams: Sequence[int], executable: str
) -> None:
    """Be the command; a stage or a tool that it starts by `sys.executable` is a fork too."""
    import tools.repro.workers

    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
        for number, mode in enumerate("rww")
    )
    if action := environment.get("PYTHONWARNINGS"):
        warnings.simplefilter(action)  # type: ignore[arg-type]
    sys.argv = list(command)
    sys.executable = executable
    tools.repro.workers.CONTEXT = multiprocessing.get_context("fork")  # this process has the libraries
    if code := environment.get(CODE):
        forget_code()
        sys.path[0:1] = [cwd, code]
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def forget_code() -> None:
    """Have the next import read the code again; its libraries stay imported."""
    for name in [name for name in sys.modules if name.split(".")[0] in ("evenhand", "stages", "tools")]:
        del sys.modules[name]
    get_context = multiprocessing.get_context
    multiprocessing.get_context = lambda method=None: get_context("fork" if method == "forkserver" else method)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
