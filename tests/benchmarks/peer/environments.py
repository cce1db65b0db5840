"""Virtual environments for the peers, made once and reused."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from peer.catalogue import Environment

STAMP = "installed.json"  # written last: an environment without it is incomplete


def prepare(environment: Environment, folder: Path) -> Path:
    """Return the Python of an environment.

    The environment is made under `folder` if it is missing or was made from other requirements.

    :raises RuntimeError: pip fails; the message is its last line.
    """
    home = folder / environment.name
    stamp = home / STAMP
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wanted = [list(packages) for packages in environment.installs]
    if stamp.exists() and json.loads(stamp.read_text()) == wanted:
        return python
    run([sys.executable, "-m", "venv", "--clear", str(home)])
    for packages in wanted:
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
    stamp.write_text(json.dumps(wanted))
    return python


def run(command: list[str], log: Path | None = None, **settings) -> None:
    """Run a program with its output in a file.

    :param log: the file; by default a temporary one.
    :raises RuntimeError: it fails; the message is the last line that starts with ERROR, or else the last line.
    """
    with open(log, "w+", encoding="utf-8") if log else tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, **settings).returncode
        output.seek(0)
        lines = [line.strip() for line in output if line.strip()] if code else []
    if code:
        lines = [line for line in lines if line.startswith("ERROR")] or lines
        raise RuntimeError(lines[-1] if lines else f"{command[0]} ended with code {code}")
