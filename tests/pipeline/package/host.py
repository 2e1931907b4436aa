"""A repository in which the package is installed, and the ways to drive it."""

from dataclasses import dataclass
import os
from pathlib import Path
import subprocess
import sys
import sysconfig

import pytest

from tests.pipeline.project import ROOT, Repository, environment
from tests.support.forks import CODE, call


@dataclass(frozen=True)
class Host(Repository):
    """A repository in whose environment the package is installed."""

    python: Path

    def run(self, *command: str, check: bool = True, forks: bool = False) -> "subprocess.CompletedProcess[str]":
        """A command in the environment of the package; `call` runs its modules, and DVC, in forks."""
        path = os.pathsep.join([str(self.python.parent), environment()["PATH"]])
        done = subprocess.run(
            command, cwd=self.path, env={**environment(), "PATH": path}, capture_output=True, text=True, timeout=400,
            check=False,
        )  # fmt: skip
        return self.checked(done, check=check)

    def call(
        self, module: str, *arguments: str, check: bool = True, warn: str = "default"
    ) -> "subprocess.CompletedProcess[str]":
        (site,) = self.python.parents[1].glob("lib/python*/site-packages")
        variables = {**environment(forks=True), "PYTHONWARNINGS": warn, CODE: str(site)}
        return self.checked(call(module, *arguments, cwd=self.path, environment=variables), check=check)

    def checked(self, done: "subprocess.CompletedProcess[str]", *, check: bool) -> "subprocess.CompletedProcess[str]":
        assert "Traceback" not in done.stderr
        if check and done.returncode:
            pytest.fail(f"{done.args} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def evenhand(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return self.call("evenhand", *arguments, check=check)

    def refused(self, *arguments: str, code: int = 2) -> str:
        """The only line on stderr of a command that is refused."""
        done = self.evenhand(*arguments, check=False)
        (line,) = done.stderr.splitlines()
        assert done.returncode == code
        return line.removeprefix("error: ") if line.startswith("error: ") else pytest.fail(line)


def make_package(path: Path) -> None:
    """Build a wheel and an sdist, and install the wheel in an environment that sees the libraries of this one."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", path / "dist"], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", path / "venv"], check=True)
    python = path / "venv/bin/python"
    (wheel,) = (path / "dist").glob("*.whl")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True)
    (site,) = (path / "venv").glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
