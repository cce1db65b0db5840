"""Annotated and plain text: reading, splitting, changing and writing it."""
