"""Everything of the user's in one file, and back."""
