"""Formulas, typeset offline by a child process and drawn in the text as one letter."""
