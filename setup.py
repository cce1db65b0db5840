"""What setup.cfg cannot express: the choice of the runtime, and manual pages and completions from the options.

UK_TAG_RUNTIME=onnxruntime makes a wheel that requires the small runtime, without CUDA, on every machine.
"""

import os
import sys
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).resolve().parent
RUNTIMES = ("onnxruntime-gpu", "onnxruntime")
sys.path.insert(0, str(HERE))


def requirements() -> list[str]:
    """Return those of setup.cfg, with the runtime that UK_TAG_RUNTIME names in place of the choice by machine."""
    settings = ConfigParser()
    settings.read(HERE / "setup.cfg", encoding="utf-8")
    lines = [line for line in settings["options"]["install_requires"].splitlines() if line and line[0] != "#"]
    runtime = os.environ.get("UK_TAG_RUNTIME")
    if not runtime:
        return lines
    if runtime not in RUNTIMES:
        sys.exit(f"UK_TAG_RUNTIME={runtime}: give {' or '.join(RUNTIMES)}")
    bounds = next(line for line in lines if line.startswith("onnxruntime >=")).partition(";")[0]
    others = [line for line in lines if not line.startswith("onnxruntime")]
    return [*others, bounds.replace("onnxruntime", runtime).strip()]


def data_files() -> list[tuple[str, list[str]]]:
    """Write the manual page and the completions of each program below build/, and return where they are installed."""
    from tagger import __version__
    from tagger.cli.man_page import completion, help_page, install_paths
    from tagger.cli.manual import man_page
    from tagger.cli.options import SHELLS

    modules = {"uk-tag": "tagger.cli.main", "uk-tag-train": "tagger.train.cli.main", "uk-tag-export": "export.cli"}
    files = []
    for program, module in modules.items():
        command = import_module(module).command
        paths = install_paths(program)
        texts = {shell: completion(command, program, shell) for shell in SHELLS}
        own = program == "uk-tag"
        texts["man"] = man_page(command, __version__) if own else help_page(command, program, __version__)
        for kind, text in texts.items():
            path = Path("build") / paths[kind]
            (HERE / path).parent.mkdir(parents=True, exist_ok=True)
            (HERE / path).write_text(text, encoding="utf-8", newline="\n")
            files.append((paths[kind].parent.as_posix(), [path.as_posix()]))
    return files


setup(install_requires=requirements(), data_files=data_files())
