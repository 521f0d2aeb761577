"""Turns files into pages of text, in a child process."""
