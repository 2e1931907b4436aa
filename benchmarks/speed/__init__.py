"""What is fast, how fast, and that it gives the same."""
