"""A Python in whose programs packages are missing or broken, or to which a signal comes while it imports."""

import os
from pathlib import Path

PROGRAM = """
import importlib.machinery, os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ.get("TRIED_SIGNAL_AT"):
            os.kill(os.getpid(), int(os.environ["TRIED_SIGNAL"]))
        if name in os.environ.get("TRIED_MISSING", "").split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in os.environ.get("TRIED_EMPTY", "").split():
            return importlib.machinery.ModuleSpec(name, None, is_package=True)  # what a folder without files is

sys.meta_path.insert(0, Finder())
"""


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Variables for :func:`conftest.run_program`.

    :param folder: where to put what Python reads at its start; packages there come before those that are installed.
    :param settings: `MISSING` or `EMPTY`: names of modules that are not there, or are folders without files; `SIGNAL` and `SIGNAL_AT`: a number, and
        the module whose import it comes at.
    """
    (folder / "sitecustomize.py").write_text(PROGRAM, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    return {"PYTHONPATH": path, **{f"TRIED_{name}": value for name, value in settings.items()}}
