"""What the whole pipeline costs on the default data: `python -m benchmarks.spine`.

In a fresh clone of the checked-out commit: the first `dvc repro`, one after a change to one strategy, one with nothing
to do. Wall seconds depend on the machine and its load, which is printed too; peak memory is of the largest process.
"""

import os
from pathlib import Path
import resource
import subprocess
import sys
import tempfile
import time

ROOT = Path(__file__).parents[1]


def measured(folder: Path, *command: str) -> tuple[float, float]:
    """Wall and CPU seconds of a command, with its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def main() -> None:
    """Prints the table as Markdown."""
    with tempfile.TemporaryDirectory() as room:
        clone = Path(room) / "evenhand"
        subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(clone)], check=True)
        rows = [("first `dvc repro`, everything runs", *measured(clone, "dvc", "repro"))]
        params = clone / "params.yaml"
        text = params.read_text()
        changed = text.replace(
            "smote: {sampler: SMOTE, sampling_strategy: 0.75, k_neighbors: 5}",
            "smote: {sampler: SMOTE, sampling_strategy: 0.75, k_neighbors: 3}",
            1,
        )
        assert changed != text, "the strategy to be changed is not in params.yaml as this benchmark knows it"
        params.write_text(changed)
        rows.append(("`dvc repro` after a change to one strategy", *measured(clone, "dvc", "repro")))
        rows.append(("`dvc repro` with nothing to do", *measured(clone, "dvc", "repro")))
    print("| what | wall, s | CPU, s |\n|:--|--:|--:|")
    for what, wall, cpu in rows:
        print(f"| {what} | {wall:.1f} | {cpu:.1f} |")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"\nPeak memory of the largest process: {peak:.0f} MB. {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}."
    )


if __name__ == "__main__":
    main()
