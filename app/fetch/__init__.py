"""Brings a model file home: looks it up, downloads it, proves it, or takes one that is already here."""
