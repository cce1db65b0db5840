"""The former place of `Column`, for pickles made by 0.8; it goes with 0.10."""

from tagger.formats.tables import Column

__all__ = ["Column"]
