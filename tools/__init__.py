"""What people run around the pipeline: `python -m tools.<name>`."""
