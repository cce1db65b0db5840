"""Named-entity tagging of Ukrainian text."""

__version__ = "0.1.0"
