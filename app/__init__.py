"""Carrel: a private desk, on your own computer, for reading and thinking with Qwen3-32B."""

__version__ = "0.1.0"
