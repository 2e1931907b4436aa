"""The libraries whose locked versions differ between two revisions: other libraries make other models."""

import re

from stages.shared.errors import InputError
from stages.shared.runtime.environment import LIBRARIES, LOCK
from tools.compare.revisions.git import Revision


def describe_library_changes(base: Revision, head: Revision) -> list[str]:
    """Return one sentence that names the changed libraries, or nothing."""
    before, after = _read_pins(base), _read_pins(head)
    changes = [f"{name} {before[name]} → {after[name]}" for name in LIBRARIES if before[name] != after[name]]
    if not changes:
        return []
    return [f"Other libraries: {', '.join(changes)}. They can move every metric by themselves."]


def _read_pins(revision: Revision) -> dict[str, str]:
    """Return the locked versions of each library; a lock may pin several, for several Pythons."""
    try:
        text = revision.read(LOCK).decode()
    except InputError:
        text = ""
    pins = set(re.findall(r"^([A-Za-z0-9._-]+?)(?:-cpu)?==([^ ;\\\s]+)", text, re.MULTILINE))
    versions = {name: sorted(version for pinned, version in pins if pinned == name) for name in LIBRARIES}
    return {name: " and ".join(found) or "none" for name, found in versions.items()}
