"""Everything the demo model learns from: texts that these files make up, seed by seed. No outside data."""
