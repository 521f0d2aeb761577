"""Mail: as it travels, as Outlook saves it, and boxes of it, each with what is attached to it."""
