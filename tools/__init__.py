"""What people run around the pipeline: `python -m tools.<name>`."""

import stages  # noqa: F401  # settles the kernels before a tool imports anything numerical
