"""DVC's repository, opened so that a failure leaves nothing open."""

from typing import Any


def open_repository() -> Any:
    """Return DVC's Repo of this folder. Raises DvcException where it cannot be opened.

    DVC opens databases before it looks for git. Python 3.13 and newer warn of those that nobody closes.
    """
    from dvc.repo import Repo

    repo: Any = Repo.__new__(Repo)
    try:
        repo.__init__()
    except Exception:
        if state := vars(repo).get("state"):
            state.close()
        raise
    return repo
