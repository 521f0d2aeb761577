"""What answers were made with: kept, told, exported, and made again to compare."""
