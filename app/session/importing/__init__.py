"""Chats that come from elsewhere: a file for each program that wrote them."""
