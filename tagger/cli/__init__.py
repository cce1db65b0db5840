"""The command line of uk-tag."""


def main() -> None:
    """Run the program; an entry point that imports next to nothing."""
    from tagger.system.start import uk_tag

    uk_tag()
