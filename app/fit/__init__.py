"""Decides whether and how a model fits this machine."""
