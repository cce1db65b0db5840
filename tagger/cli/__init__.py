"""The command line of uk-tag."""


def main() -> None:
    """Run the program. An entry point that imports almost nothing, so that errors while importing are handled too."""
    from tagger.system.start import uk_tag

    uk_tag()
