"""What tests ask of processes that they did not start themselves."""

from pathlib import Path


def is_alive(process: int) -> bool:
    """Tell whether a process can still write; a zombie cannot, its parent has only not looked yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it has ended, or ends now
        return False
