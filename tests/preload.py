"""The libraries of all commands, which tests.forks imports once for each worker of pytest."""

from importlib import import_module

LIBRARIES = ("dvc.cli.parser", "dvc.repo", "dvc.scm", "networkx")
for module in (*LIBRARIES, "stages.report.build", "tools.repro.preload", "tests.forks"):
    import_module(module)
