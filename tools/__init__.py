"""Commands around the pipeline: `python -m tools.<name>`."""

import stages  # noqa: F401  # limits the CPU kernels before a tool imports a numerical library
