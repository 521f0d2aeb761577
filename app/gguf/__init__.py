"""Reads a GGUF header, from a file or over HTTP ranges, and says what is inside."""
