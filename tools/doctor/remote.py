"""Command `python -m tools.doctor.remote`: asks DVC's default remote whether it exists.

The doctor runs it as a process of its own, to limit its time.
"""

from dvc.repo import Repo

from stages.shared.errors import InputError, run_cli
from stages.shared.messages import single_line


def main() -> None:
    """Print `present` or `absent`. Raises InputError with the reason if the remote cannot be asked."""
    try:
        with Repo() as repo:
            store = repo.cloud.get_remote_odb()
            print("present" if store.fs.exists(store.path) else "absent")
    except Exception as error:  # each kind of remote raises its own
        raise InputError(single_line(error) or type(error).__name__) from None


if __name__ == "__main__":
    run_cli(main)
