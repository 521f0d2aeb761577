"""The steps of the tables, one file a group. A step that was released is never edited."""
