"""Runs uk-tag-train as `python -m tagger.train.cli`."""

from tagger.system.start import uk_tag_train

if __name__ == "__main__":
    uk_tag_train()
