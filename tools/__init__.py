"""What people run around the pipeline: `python -m tools.<name>`."""

from stages.shared.kernels import keep_to_common_kernels

keep_to_common_kernels()
