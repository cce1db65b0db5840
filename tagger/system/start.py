"""Entry points of the three programs. They import next to nothing, so that what goes wrong while the rest is imported ends in one line, too."""

import os
import signal
import sys

TROUBLE, USAGE, BROKEN_PIPE = 1, 2, 141


def uk_tag() -> None:
    """Run `uk-tag`."""
    code = run("uk-tag", "tagger.cli.main")
    try:
        if sys.stderr:
            sys.stderr.flush()
    finally:
        os._exit(code)  # at once: nothing is buffered, and a thread may still wait for input


def uk_tag_train() -> None:
    """Run `uk-tag-train`."""
    sys.exit(run("uk-tag-train", "tagger.train.cli"))


def uk_tag_export() -> None:
    """Run `uk-tag-export`."""
    sys.exit(run("uk-tag-export", "export.cli"))


def run(program: str, module: str) -> int:
    """Call `main` of a module. Every ending has its exit code, and at most one line on standard error; only a mistake of ours has a traceback.

    :param program: the name before that line.
    :returns: the exit code: `main`'s own, 1 for trouble, 2 for wrong options, 130 for Ctrl-C, 141 where the reader of the output is gone.
    """
    try:
        if (
            signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):  # else it is ignored, as in jobs in the background
            signal.signal(signal.SIGINT, _stop)
        from importlib import import_module

        from tagger.system.streams import StandardOutput, reserve_descriptors

        reserve_descriptors()
        sys.stdout = StandardOutput.open()
        code = import_module(module).main()
        sys.stdout.flush()
        return code or 0
    except KeyboardInterrupt:  # before there was a handler
        return 128 + signal.SIGINT
    except BaseException as error:
        return _ending(error, program)


def _ending(error: BaseException, program: str) -> int:
    """The exit code; what there is to say is said."""
    from tagger.errors import OptionError
    from tagger.system.failures import describe
    from tagger.system.signals import Interrupted
    from tagger.system.streams import ReaderGone, say

    if isinstance(error, BrokenPipeError | ReaderGone):
        return BROKEN_PIPE
    if isinstance(error, Interrupted):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else TROUBLE if error.code else 0
    line = describe(error, program)
    if line is None:
        sys.excepthook(type(error), error, error.__traceback__)
        return TROUBLE
    say(f"{program}: {line}")
    return USAGE if isinstance(error, OptionError) else TROUBLE


def _stop(number: int, frame) -> None:
    """Ctrl-C. While a module is imported, end at once: whoever is imported may catch what is raised, or say more of it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            os._exit(128 + number)
        frame = frame.f_back
    from tagger.system.signals import Interrupted

    raise Interrupted(number)
