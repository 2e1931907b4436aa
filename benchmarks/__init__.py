"""What proves the speed and the verdict: each module is a command that prints a table."""
