"""The conversation: virtual rows of messages and the composer below them."""
