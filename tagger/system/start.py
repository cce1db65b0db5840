"""Entry points of the three programs.

They import next to nothing, so that errors during the import of everything else are reported in one line as well.
"""

import os
import signal
import sys
from types import FrameType

TROUBLE, USAGE, BROKEN_PIPE = 1, 2, 141


def uk_tag() -> None:
    """Run `uk-tag`."""
    code = run("uk-tag", "tagger.cli.main")
    try:
        if sys.stderr:
            sys.stderr.flush()
    finally:
        os._exit(code)  # without waiting: nothing is buffered, and a thread may still wait for input


def uk_tag_train() -> None:
    """Run `uk-tag-train`."""
    sys.exit(run("uk-tag-train", "tagger.train.cli"))


def uk_tag_export() -> None:
    """Run `uk-tag-export`."""
    sys.exit(run("uk-tag-export", "export.cli"))


def run(program: str, module: str) -> int:
    """Call `main` of a module, and report an error in one line on standard error; only a bug has a traceback.

    :param program: the name at the start of that line.
    :returns: the exit code: that of `main`, 1 for an error, 2 for wrong options, 128 and its number for a signal (130
        for Ctrl-C), 141 if the reader of the output is gone.
    """
    if os.name != "nt":
        return _run(program, module)
    from tagger.system.console import utf8

    with utf8():
        return _run(program, module)


def _run(program: str, module: str) -> int:
    try:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # background jobs ignore it
            signal.signal(signal.SIGINT, _stop)
        from importlib import import_module

        from tagger.system.streams import StandardOutput, reserve_descriptors

        reserve_descriptors()
        sys.stdout = StandardOutput.open()
        code = import_module(module).main()
        sys.stdout.flush()
        return code or 0
    except KeyboardInterrupt:  # before the handler was installed
        return 128 + signal.SIGINT
    except BaseException as error:
        return _ending(error, program)


def _ending(error: BaseException, program: str) -> int:
    """Report an error if it needs a line. Returns the exit code."""
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


def _stop(number: int, frame: FrameType | None) -> None:
    """Handle Ctrl-C. During an import, end at once, as the imported module might catch or report an exception."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            os._exit(128 + number)
        frame = frame.f_back
    from tagger.system.signals import Interrupted

    raise Interrupted(number)
