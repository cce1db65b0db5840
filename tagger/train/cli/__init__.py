"""The command line of uk-tag-train; the entry point is `tagger.train.cli:main`."""

from tagger.train.cli.main import main

__all__ = ["main"]
