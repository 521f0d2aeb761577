"""Knows which models exist and which are here."""
