"""Says how far a long fit is: a bar on a terminal, one plain line a finished candidate elsewhere."""

import sys

from tqdm import tqdm


class Progress:
    """A bar that hides itself where stderr is no terminal; without a `total` it only counts."""

    def __init__(self, stage: str, total: int | None) -> None:
        self._bar = tqdm(total=total, desc=stage, unit="fit", disable=None, leave=False, file=sys.stderr)

    def __call__(self, finished: str) -> None:
        """Count one more finished fit."""
        self._bar.set_postfix_str(finished, refresh=False)
        self._bar.update()

    def line(self, text: str) -> None:
        """Print a line above the bar."""
        self._bar.clear()
        print(text, file=sys.stderr, flush=True)
        self._bar.refresh()

    def close(self) -> None:
        """Remove the bar."""
        self._bar.close()
