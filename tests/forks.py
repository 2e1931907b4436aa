"""Commands of the project in forks of a process that has imported the libraries, which takes longer than most commands.

Each has a process, a folder, variables, streams and an exit code of its own; its code is that of this repository.
`python -m tests.forks FOLDER` is the process that imports; a small program, FOLDER/client.py, asks it for a command.
"""

import atexit
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
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import warnings

ROOT = Path(__file__).parents[1]

CLIENT = """import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(os.path.join(os.path.dirname(__file__), "socket"))
    socket.send_fds(server, [b"."], [0, 1, 2])
    server.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode() + b"\\n")
    code = int(server.makefile().readline())
os.kill(os.getpid(), -code) if code < 0 else sys.exit(code)
"""

#: a `python` that has DVC, stages, tools and the package run in forks and is Python for all else
PYTHON = """#!/bin/sh
[ "$1" = -P ] && shift
case "$1 $2" in "-m dvc" | "-m evenhand" | "-m stages."* | "-m tools."*)
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
    """Start the process that imports; return its folder, whose `python` serves as the first of PATH."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    (folder / "client.py").write_text(CLIENT)
    (folder / "python").write_text(PYTHON.format(python=sys.executable, folder=folder))
    (folder / "python").chmod(0o700)
    # it ends with this process, which holds the other end of its standard input
    command = [sys.executable, "-m", "tests.forks", str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    server = subprocess.Popen(command, cwd=ROOT, **pipes)
    atexit.register(server.communicate)
    assert server.stdout is not None
    assert server.stdout.readline(), "the process that imports has failed"
    return folder


def serve(folder: Path) -> None:
    """Run the commands that clients ask for until standard input ends."""
    import tests.preload

    tests.preload.remember_yaml()
    tests.preload.remember_pictures(folder)
    running: dict[int, tuple[BaseProcess, socket.socket]] = {}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
        server.listen()
        print("ready", flush=True)
        gc.freeze()
        while True:
            ready = wait([sys.stdin, server, *running, *(client for _, client in running.values())])
            if sys.stdin in ready:
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
    if not command[0].startswith("benchmarks.reliability."):  # which kill what they start
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
    serve(Path(sys.argv[1]))
