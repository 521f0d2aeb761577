"""One field over the window that finds chats, messages, pages of documents and commands."""
