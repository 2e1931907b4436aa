"""The pipeline: one folder per stage of dvc.yaml."""

from importlib.util import find_spec
import signal
import sys

from stages.shared.runtime.child_process import exit_with_dvc
from stages.shared.runtime.cpu_features import limit_cpu_features
from stages.shared.runtime.stop_signals import STOP_SIGNALS, exit_at_once

if sys.argv[:1] == ["-m"]:  # `python -m stages.…` is still importing; later run_cli sets its own handlers
    for stop_signal in STOP_SIGNALS:
        signal.signal(stop_signal, exit_at_once)
    exit_with_dvc()

limit_cpu_features()

if find_spec("skops") is None:
    # DVC runs the first python of the path, which is not ours when only .venv/bin/dvc was called by name
    print(
        f"error: {sys.executable}: lacks the libraries of this project; run `. .venv/bin/activate` first "
        "(`make repro` has made .venv)",
        file=sys.stderr,
    )
    sys.exit(2)
