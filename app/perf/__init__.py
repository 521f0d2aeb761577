"""Counts and times; draws nothing."""
