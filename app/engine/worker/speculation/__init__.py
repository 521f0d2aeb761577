"""Guesses the next tokens, so that one step may confirm several; what is written stays the same."""
