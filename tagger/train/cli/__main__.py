"""Runs uk-tag-train as `python -m tagger.train.cli`."""

from tagger.train.cli.main import main

if __name__ == "__main__":
    main()
