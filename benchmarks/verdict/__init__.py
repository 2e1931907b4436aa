"""Whether the referee is right as often as it says, in worlds whose truth is known; docs/verdict.md has the tables."""
