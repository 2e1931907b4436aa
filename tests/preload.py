"""The libraries of all commands, which tests.forks imports once for each worker of pytest."""

from importlib import import_module

for module in ("dvc.cli.parser", "dvc.repo", "dvc.scm", "networkx", "stages.report.build", "tools.repro.preload"):
    import_module(module)
