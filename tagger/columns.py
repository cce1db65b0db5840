"""The former module of `Column`, kept for pickles made by 0.8; it will be removed in 0.11."""

from tagger.formats.tables import Column

__all__ = ["Column"]
