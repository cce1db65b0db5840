"""Records of finished runs, one JSON file each, found by identity; and the plan, which says what the report shows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger.errors import DataError
from tagger.train.data.writing import whole_file

PLAN = "plan.json"
SHORT = 12  # digits of an identity in a file name
ELSEWHERE = "give another folder with --output"

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a study in one folder, which must exist."""

    folder: Path

    def path(self, name: str, identity: str) -> Path:
        """Return the file of a run's record. Runs with the same name and other settings have other files."""
        return self.folder / f"{name}-{identity[:SHORT]}.json"

    def find(self, name: str, identity: str) -> Record | None:
        """Return the record of the run with this identity, None if it is not done.

        Raises DataError if the file is damaged.
        """
        path = self.path(name, identity)
        record = _read(path)
        if record is not None and record.get("identity") != identity:
            message = "this is the record of another run; remove the file, and the run is repeated"
            raise DataError(message, path=str(path))
        return record

    def write(self, name: str, identity: str, record: Record) -> Path:
        """Write a record, atomically."""
        path = self.path(name, identity)
        _write(path, {"name": name, "identity": identity, **record})
        return path

    def plan(self) -> Record:
        """Return what the report shows.

        :returns: `rows`, a list of name, table, label and identity, and what else :meth:`write_plan` was given.
        """
        return _read(self.folder / PLAN) or {"rows": []}

    def write_plan(self, plan: Record) -> None:
        """Write the plan, atomically."""
        _write(self.folder / PLAN, plan)


def merge_rows(old: Sequence[Record], new: Sequence[Record], order: Sequence[str]) -> list[Record]:
    """Merge the rows of an earlier plan with those that were asked for now.

    :param order: names in the order of the tables; other names come after those with the longest common beginning, as
        further seeds do.
    """
    rows = {row["name"]: row for row in [*old, *new]}

    def key(name: str) -> tuple[int, str]:
        fitting = [known for known in order if name == known or name.startswith(known + "-seed-")]
        return (order.index(max(fitting, key=len)) if fitting else len(order), name)

    return [rows[name] for name in sorted(rows, key=key)]


def _write(path: Path, content: Record) -> None:
    with whole_file(path, advice=f"; {ELSEWHERE}") as file:
        file.write((json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode())


def _read(path: Path) -> Record | None:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}; mend that, or {ELSEWHERE}"
        raise DataError(message, path=str(path)) from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        message = "this is no record of a study; remove the file, and the run is repeated"
        raise DataError(message, path=str(path))
    return content
