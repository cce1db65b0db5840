"""One-line descriptions of errors, for the user of a program."""

from tagger.errors import OptionError, TaggerError
from tagger.system.packages import NO_MEMORY, explain

NO_THREAD = "can't start new thread"  # a RuntimeError of Python's threading


def describe(error: BaseException, program: str) -> str | None:
    """Return one line that describes an error, or `None` if only a bug can explain it.

    :param program: name of the program that the error ends.
    """
    if isinstance(error, OptionError):
        return f"{error}; see {program} --help"
    if isinstance(error, TaggerError):
        return str(error)
    if isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in NO_MEMORY):
        return "out of memory; cut very long lines, raise the limit (ulimit -v), or use a machine with more"
    if isinstance(error, RuntimeError) and NO_THREAD in str(error):
        return (
            "no more threads can be started; raise the limits on processes and memory (ulimit -u, ulimit -v), "
            "or end other programs"
        )
    if line := explain(error, program):
        return line
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return None
