"""Checks what an answer quotes and which pages it names against the pages it was given."""
