"""The content of a model file: read, checked, and parsed."""
