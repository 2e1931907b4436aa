"""What a fork says on stderr beside others that say something at the same time."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")

#: what the door of train does, in small: a bar on a terminal, and lines
PROGRAM = """
import sys
from tools.repro import trainer
def train():
    print("terminal:", sys.stderr.isatty(), file=sys.stderr)
    sys.exit(3)
trainer.train = train
trainer.train_stage("train@smote")
"""


def test_its_lines_are_whole_and_it_is_no_terminal() -> None:
    """On a real terminal, where the door of train would draw its bar."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], stderr=theirs, env=environment, check=False)
    os.close(theirs)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 3
    assert said.splitlines() == ["Running stage 'train@smote' in a fork", "terminal: False"]


def test_each_line_is_one_write() -> None:
    """Unbuffered, print writes a line and its end in two pieces, between which another fits; this socket tells them."""
    import socket

    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    subprocess.run([sys.executable, "-c", PROGRAM], stderr=theirs.fileno(), env=environment, check=False)
    theirs.close()
    pieces = iter(lambda: ours.recv(10_000), b"")
    assert list(pieces) == [b"Running stage 'train@smote' in a fork\n", b"terminal: False\n"]
    ours.close()
