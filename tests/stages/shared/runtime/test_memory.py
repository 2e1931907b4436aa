"""What memory there is, by the files of the system, and what needs more."""

from pathlib import Path

import pytest

from stages.shared.errors import InputError
from stages.shared.runtime.memory import available_bytes, check_memory

MIB = 1 << 20


class System:
    """A made /proc and /sys/fs/cgroup."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.groups = folder / "proc", folder / "cgroup"

    def machine(self, mib: int) -> None:
        self.write(self.proc / "meminfo", f"MemTotal: 99999 kB\nMemAvailable: {mib * 1024} kB\nBuffers: 1 kB\n")

    def member(self, *lines: str) -> None:
        self.write(self.proc / "self/cgroup", "".join(f"{line}\n" for line in lines))

    def group(self, path: str, limit: str, use: int, names: tuple[str, str], stat: str) -> None:
        for name, content in zip((*names, "memory.stat"), (limit, str(use), stat), strict=True):
            self.write(self.groups / path / name, f"{content}\n")

    def unified(self, path: str, limit: int | None, use: int, cache: int = 0) -> None:
        limits = "max" if limit is None else str(limit * MIB)
        stat = f"anon 5\nactive_file {cache * MIB}\ninactive_file 0"
        self.group(path, limits, use * MIB, ("memory.max", "memory.current"), stat)

    def legacy(self, path: str, limit: int, use: int, cache: int = 0) -> None:
        stat = f"inactive_file 1\ntotal_active_file 0\ntotal_inactive_file {cache * MIB}"
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        self.group(f"memory/{path}", str(limit * MIB), use * MIB, names, stat)

    def write(self, path: Path, content: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    @property
    def mib(self) -> float | None:
        found = available_bytes(self.proc, self.groups)
        return None if found is None else found / MIB


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


def test_nothing_is_known_where_nothing_can_be_read(system: System) -> None:
    assert system.mib is None


def test_the_machine_alone(system: System) -> None:
    system.machine(800)
    assert system.mib == 800
    system.member("0::/")  # of a group without a limit that can be seen
    assert system.mib == 800


def test_the_least_of_the_machine_and_all_groups_above(system: System) -> None:
    system.machine(800)
    system.member("0::/user/job")
    system.unified("user/job", None, 10)
    assert system.mib == 800
    system.unified("user", 500, 100)
    assert system.mib == 400
    system.unified("user/job", 300, 10)
    assert system.mib == 290
    system.machine(200)
    assert system.mib == 200


def test_caches_of_files_are_free_and_more_than_everything_is_nothing(system: System) -> None:
    system.member("0::/")
    system.unified("", 500, 400, cache=150)
    assert system.mib == 250
    system.unified("", 500, 600)
    assert system.mib == 0


def test_groups_of_the_older_kind(system: System) -> None:
    system.machine(800)
    system.member("9:name=systemd:/", "4:cpu,memory:/docker/abc", "0::/")
    system.legacy("", 600, 100, cache=50)  # the folder of the group itself is hidden in a container
    assert system.mib == 550
    system.legacy("docker/abc", 300, 100)
    assert system.mib == 200


def test_this_system_gives_a_number_or_nothing() -> None:
    found = available_bytes()
    assert found is None or found > 0


def test_what_needs_more_is_refused_and_what_is_not_known_is_not() -> None:
    check_memory("t.csv", 10, 10, "take less")
    check_memory("t.csv", 10**15, None, "take less")
    with pytest.raises(InputError) as caught:
        check_memory("t.csv", 3 * 2**30, 2**29, "take less")
    assert caught.value.problems == ["t.csv: needs about 3.00 GiB of memory, 0.50 GiB are available; take less"]
