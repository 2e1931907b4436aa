"""The libraries whose locked versions differ between two revisions: other libraries make other models."""

from contextlib import suppress

from stages.shared.errors import InputError
from stages.shared.runtime.environment import LIBRARIES, LOCK, PACKAGE_LOCK, read_pins
from tools.compare.revisions.git import Revision


def describe_library_changes(base: Revision, head: Revision) -> list[str]:
    """Return one sentence that names the changed libraries, or nothing."""
    before, after = _list_versions(base), _list_versions(head)
    changes = [f"{name} {before[name]} → {after[name]}" for name in LIBRARIES if before[name] != after[name]]
    if not changes:
        return []
    return [f"Other libraries: {', '.join(changes)}. They can move every metric by themselves."]


def _list_versions(revision: Revision) -> dict[str, str]:
    """Return the locked versions of each library; a lock may pin several, for several Pythons."""
    pins = set[tuple[str, str]]()
    for lock in (LOCK, PACKAGE_LOCK):
        with suppress(InputError):  # a repository has one of them
            pins |= set(read_pins(revision.read(lock).decode()))
    versions = {name: sorted(version for pinned, version in pins if pinned == name) for name in LIBRARIES}
    return {name: " and ".join(found) or "none" for name, found in versions.items()}
