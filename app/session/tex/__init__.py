"""Formulas in Markdown: where they are, and what can be typeset of them. No Qt here."""
