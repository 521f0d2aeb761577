"""The same session functions, spoken in a terminal."""
