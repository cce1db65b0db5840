"""A Python environment where packages are missing or broken, or where a signal arrives during an import."""

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
            return importlib.machinery.ModuleSpec(name, None, is_package=True)  # like a folder without files

sys.meta_path.insert(0, Finder())
"""


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return environment variables for :func:`support.processes.run_program`.

    :param folder: folder for the file that Python runs at start-up; packages in it take precedence over installed ones.
    :param settings: `MISSING` or `EMPTY`: names of modules that are missing, or are folders without files; `SIGNAL` and
        `SIGNAL_AT`: the number of a signal, and the module during whose import it arrives.
    """
    (folder / "sitecustomize.py").write_text(PROGRAM, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    return {"PYTHONPATH": path, **{f"TRIED_{name}": value for name, value in settings.items()}}
