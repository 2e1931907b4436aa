"""The available memory, and an early error for work that needs more.

Control groups are read as well, because a container's limit is lower than the machine's memory.
"""

from collections.abc import Iterator
from pathlib import Path

from stages.shared.errors import InputError

#: files of a control group: limit, usage, and the prefix of its cache counters in memory.stat
_UNIFIED = ("memory.max", "memory.current", "")
_LEGACY = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")


def available_bytes(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Return the bytes that this process can still allocate, limited by the machine and all its control groups.

    File caches count as free. Returns None on macOS and Windows, where neither can be read.
    """
    result = [*_read_machine(proc / "meminfo"), *_read_groups(proc / "self/cgroup", groups)]
    return max(0, min(result)) if result else None


def check_memory(source: str, needed: float, available: int | None, advice: str) -> None:
    """Raise InputError when `needed` bytes exceed the `available` ones, if known. `source` starts the message."""
    if available is not None and needed > available:
        raise InputError(
            f"{source}: needs about {_format_gib(needed)} of memory, {_format_gib(available)} are available; {advice}"
        )


def _format_gib(size: float) -> str:
    return f"{size / 2**30:.2f} GiB"


def _read_machine(meminfo: Path) -> Iterator[int]:
    for line in _read_lines(meminfo):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024


def _read_groups(membership: Path, groups: Path) -> Iterator[int]:
    """Yield the free bytes of each visible control group, from that of the process up to the root."""
    for line in _read_lines(membership):
        _, controllers, name = line.split(":", 2)
        if not controllers or "memory" in controllers.split(","):
            top, files = (groups / "memory", _LEGACY) if controllers else (groups, _UNIFIED)
            group = top / name.lstrip("/")
            for folder in (group, *group.parents):
                if folder.is_relative_to(top):
                    yield from _read_group(folder, *files)


def _read_group(folder: Path, limit: str, use: str, prefix: str) -> Iterator[int]:
    try:
        limit_bytes, used_bytes = (int((folder / name).read_text(encoding="utf-8")) for name in (limit, use))
    except (OSError, ValueError):
        return  # not visible, or without a limit (`max`)
    counts = dict(line.split() for line in _read_lines(folder / "memory.stat"))
    yield limit_bytes - used_bytes + sum(int(counts.get(f"{prefix}{kind}_file", 0)) for kind in ("active", "inactive"))


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
