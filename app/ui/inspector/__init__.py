"""The right edge: what the computer is doing while it answers."""
