"""Keeps one inference worker honest."""
