"""Kills runs by SIGKILL at any moment, and checks that the next run gives the bytes of an undisturbed one.

`python -m benchmarks.reliability.kills --kills 200` starts `python -m tools.repro` or `dvc repro` in a small project,
and kills the parent, one child, or all. The time is random, or in the middle of a write of dvc.lock or .dvc/tmp/rwlock.
After up to five kills `python -m tools.repro` runs to its end. Then every artefact is compared with that of a run
without kills. Exit code 1 if a run is stuck or differs, or a process outlives its parent.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
import random
import signal
import subprocess
import sys
import tempfile
import time

import psutil

from benchmarks.reliability.project import find_processes, hash_artefacts, make_project, reset
from benchmarks.shared.arguments import make_parser
from benchmarks.shared.clone import make_environment
from benchmarks.shared.markdown import print_table

HOOK = Path(__file__).parent / "hook"
COMMANDS = {"tools.repro": [sys.executable, "-m", "tools.repro", "-j", "2"], "dvc repro": ["dvc", "repro"]}
#: the kinds of kills, and how often each is drawn
KINDS = {"parent": 4, "child": 2, "all": 2, "dvc.lock": 4, "rwlock": 4}
#: writes of the file in one process, roughly
WRITES = {"dvc.lock": 3, "rwlock": 9}
COLUMNS = ("command", "kill", "kills", "outlived by a process")


class Attack:
    """Kills in one project, and the counts of their consequences."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.project, self.home, self.random = folder / "project", folder / "home", random.Random(seed)
        make_project(self.project)
        self.finish()
        self.reference = hash_artefacts(self.project)
        self.kills: Counter[tuple[str, str]] = Counter()
        self.orphans: Counter[tuple[str, str]] = Counter()
        self.runs = self.stuck = self.different = 0

    def finish(self) -> subprocess.CompletedProcess[str]:
        """Run the project to its end; the time of kills is drawn from that of the last run."""
        begun = time.monotonic()
        done = subprocess.run(
            COMMANDS["tools.repro"], cwd=self.project, env=make_environment(self.home),
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        self.seconds = time.monotonic() - begun
        return done

    def kill(self) -> None:
        """Start a run and kill it; a run that ends before is not counted."""
        name = self.random.choice(list(COMMANDS))
        kind = self.random.choices(list(KINDS), list(KINDS.values()))[0]
        hook = {}
        if kind in ("dvc.lock", "rwlock"):
            write = self.random.randint(1, WRITES[kind])
            hook = {"PYTHONPATH": str(HOOK), "KILL_FILE": kind, "KILL_AT": str(write)}
        run = subprocess.Popen(
            COMMANDS[name], cwd=self.project, env=make_environment(self.home, **hook), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if hook:
            run.wait()
            killed = run.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
        else:
            time.sleep(self.random.uniform(0.1, self.seconds))
            killed = run.poll() is None
            victims = [process for process in find_processes(self.project) if process.pid != run.pid]
            if kind == "child" and victims:
                victims = [self.random.choice(victims)]
            elif kind != "all" or not victims:
                kind, victims = "parent", []
            end(victims)
            if kind != "child":
                run.kill()
            run.wait()
        if not killed:
            return
        self.kills[name, kind] += 1
        self.orphans[name, kind] += not self.wait_for_children()

    def wait_for_children(self) -> bool:
        """Return whether all processes end within two seconds; those that do not are ended."""
        psutil.wait_procs(find_processes(self.project), timeout=2)
        orphans = find_processes(self.project)
        end(orphans)
        return not orphans

    def compare(self) -> None:
        """Run the project to its end and compare all its files with the reference."""
        done = self.finish()
        self.runs += 1
        hashes = hash_artefacts(self.project)
        differing = sorted({name for name, _ in set(hashes.items()) ^ set(self.reference.items())})
        self.stuck += done.returncode != 0
        self.different += done.returncode == 0 and bool(differing)
        if done.returncode or differing:
            print(f"seed run {self.runs}: exit code {done.returncode}; differing: {differing[:9]}\n{done.stderr}")


def end(processes: Iterable[psutil.Process]) -> None:
    """Send SIGKILL to those that still exist."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many kills (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments and the victims (default 0)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        attack = Attack(Path(folder).resolve(), options.seed)
        with suppress(KeyboardInterrupt):  # the table shows what was done until then
            while attack.kills.total() < options.kills:
                reset(attack.project)
                for _ in range(min(attack.random.randint(2, 5), options.kills - attack.kills.total())):
                    attack.kill()
                attack.compare()
                done = f"{attack.kills.total()} kills, {attack.orphans.total()} outlived, {attack.runs} runs after them"
                print(done, file=sys.stderr, flush=True)
    rows = [(*key, str(count), str(attack.orphans[key])) for key, count in sorted(attack.kills.items())]
    print_table("Kills", COLUMNS, rows)
    print(
        f"\n{attack.runs} runs after {attack.kills.total()} kills: {attack.stuck} stuck, {attack.different} different."
    )
    sys.exit(bool(attack.stuck or attack.different or attack.orphans.total()))


if __name__ == "__main__":
    main()
