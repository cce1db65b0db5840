"""Records of finished runs: one JSON file each, found again by its identity; and the plan, which says what the report shows."""

import json
from dataclasses import dataclass
from pathlib import Path

from tagger.atomic import atomic_write
from tagger.errors import DataError

PLAN = "plan.json"
SHORT = 12  # digits of an identity in a file name


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a study, in one folder, which must be there."""

    folder: Path

    def path(self, name: str, identity: str) -> Path:
        """Where the record of a run is, or will be. Runs of one name and other settings have other files."""
        return self.folder / f"{name}-{identity[:SHORT]}.json"

    def find(self, name: str, identity: str) -> dict | None:
        """The record of the run with this identity, `None` where it is not done. Raises DataError where the file is damaged."""
        path = self.path(name, identity)
        record = _read(path)
        if record is not None and record.get("identity") != identity:
            raise DataError("this is the record of another run; remove the file, and the run is done again", path=str(path))
        return record

    def write(self, name: str, identity: str, record: dict) -> Path:
        """Keep a record, whole or not at all."""
        path = self.path(name, identity)
        _write(path, {"name": name, "identity": identity, **record})
        return path

    def plan(self) -> dict:
        """What the report shows: `rows`, a list of name, table, label and identity, and what else :meth:`write_plan` was given."""
        return _read(self.folder / PLAN) or {"rows": []}

    def write_plan(self, plan: dict) -> None:
        """Keep the plan."""
        _write(self.folder / PLAN, plan)


def merge_rows(old: list[dict], new: list[dict], order: list[str]) -> list[dict]:
    """Rows of an earlier plan, with those that were asked for now in their places.

    :param order: names in the tables' order; names that are not in it stand behind those with the longest common beginning, as further seeds do.
    """
    rows = {row["name"]: row for row in [*old, *new]}

    def place(name: str) -> tuple[int, str]:
        fitting = [known for known in order if name == known or name.startswith(known + "-seed-")]
        return (order.index(max(fitting, key=len)) if fitting else len(order), name)

    return [rows[name] for name in sorted(rows, key=place)]


def _write(path: Path, content: dict) -> None:
    try:
        with atomic_write(path) as file:
            file.write((json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}; give another folder with --output", path=str(path)) from None


def _read(path: Path) -> dict | None:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}; mend that, or give another folder with --output", path=str(path)) from None
    except ValueError:
        raise DataError("this is no record of a study; remove the file, and the run is done again", path=str(path)) from None
    if not isinstance(content, dict):
        raise DataError("this is no record of a study; remove the file, and the run is done again", path=str(path))
    return content
