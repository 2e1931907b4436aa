"""The pipeline: one folder per stage of dvc.yaml."""

from importlib.util import find_spec
import sys

from stages.shared.runtime.cpu_features import limit_cpu_features

limit_cpu_features()

if find_spec("skops") is None:
    # DVC runs the first python of the path, which is not ours when only .venv/bin/dvc was called by name
    print(
        f"error: {sys.executable}: lacks the libraries of this project; run `. .venv/bin/activate` first "
        "(`make repro` has made .venv)",
        file=sys.stderr,
    )
    sys.exit(2)
