"""Chats on their way out: one neutral value, a file for each format."""
