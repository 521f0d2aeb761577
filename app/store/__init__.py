"""Remembers chats: SQLite, numbered migrations."""
