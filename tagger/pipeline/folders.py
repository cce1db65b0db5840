"""The files in folders as inputs of one stream, as for a count over all of them."""

import contextlib
import os
from collections.abc import Callable

from tagger.pipeline.files import Left, selected
from tagger.pipeline.filter import STANDARD_INPUT
from tagger.pipeline.settings import BatchSettings


def files_in(batch: BatchSettings, target: str | None, warn: Callable[[str], None]) -> tuple[list[str], bool]:
    """Return the files to read, those in a folder in the order of their names, each file once.

    :param batch: the paths that were given, and which files of folders are meant.
    :param target: the output file, which is no input although it may be in one of the folders.
    :param warn: called with a line for each path that cannot be read, and for the files that were passed over.
    :returns: the files, and whether all paths could be read.
    """
    left = Left()
    found: dict[str, str] = {}
    given = {os.path.realpath(path) for path in batch.paths}
    for path in batch.paths:
        if path == STANDARD_INPUT:
            found[path] = path
            continue
        for source, _ in selected(batch, left, None, lambda path: False, (path,)):
            own = os.path.realpath(source)
            with contextlib.suppress(OSError):
                if target and own not in given and os.path.samefile(source, target):
                    continue
            found.setdefault(own, source)
    for problem in left.problems:
        warn(str(problem))
    if told := left.told(batch.verbose):
        warn(f"passed over {told}")
    return list(found.values()), not left.problems
