"""Run uk-tag as `python -m tagger.cli`."""

from tagger.cli import main

if __name__ == "__main__":
    main()
