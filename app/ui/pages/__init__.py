"""The pages of the middle column, one a file."""
