"""Markdown into a QTextDocument, incrementally: an answer costs the same at its end as at its start."""
