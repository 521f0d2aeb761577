"""Drives one wish from start to result: a turn, a load, an import."""
