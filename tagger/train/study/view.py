"""A study as its report shows it: rows of tables, each with its record and those of further seeds."""

from dataclasses import dataclass, field
from statistics import mean, stdev
from typing import Any

from tagger.errors import DataError
from tagger.train.study.original import RUNS
from tagger.train.study.records import PLAN, Record, Records

SEED_MARK = "-seed-"


@dataclass(slots=True)
class Row:
    """A row of a table.

    :param record: None if the run is not done.
    :param seeds: records of further seeds that are done.
    """

    name: str
    table: str
    label: str
    record: Record | None
    seeds: list[Record] = field(default_factory=list)

    @property
    def published(self) -> dict[str, float]:
        """Figures that the original reported for it; empty if there are none."""
        return RUNS.get(self.name, {})

    def done(self) -> Record:
        """Return the record of a run that is done."""
        if self.record is None:
            raise ValueError(f"{self.name} is not done")
        return self.record

    @property
    def test(self) -> dict[str, Any]:
        """Test scores of a run that is done, of the row's own seed."""
        scores: dict[str, Any] = self.done()["test"]
        return scores

    def scores(self, key: str = "f1", part: str = "test") -> list[float]:
        """Return a score of every seed that is done, the row's own first."""
        records = [*([self.record] if self.record else []), *self.seeds]
        return [record[part][key] for record in records if part in record]

    def score(self, key: str = "f1", part: str = "test") -> float:
        """Return the mean over seeds. Raises ValueError if nothing is done."""
        found = self.scores(key, part)
        if not found:
            raise ValueError(f"{self.name} is not done")
        return mean(found)

    def score_or_none(self, key: str = "f1", part: str = "test") -> float | None:
        """Return the mean over seeds, None if nothing is done."""
        return self.score(key, part) if self.scores(key, part) else None

    def deviation(self) -> float | None:
        """Return the standard deviation of strict F1 over seeds, None for fewer than two."""
        found = self.scores()
        return stdev(found) if len(found) > 1 else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the strict F1 of the row's own seed. Raises ValueError if the run is not done."""
        return self.test["low"], self.test["high"]

    def best_epoch(self) -> dict[str, Any] | None:
        """Return the epoch that the original would have chosen: the best of its metric on the test part.

        None if the test part was not scored.
        """
        scored = [epoch for epoch in (self.record or {}).get("history", []) if "test" in epoch["parts"]]
        return max(scored, key=lambda epoch: float(epoch["parts"]["test"]["mean_f1"]), default=None)


@dataclass(slots=True)
class View:
    """A study.

    :param rows: rows by name, in the order of the tables.
    :param facts: facts about the data, empty if they were not gathered.
    :param commands: the commands that made it.
    """

    rows: dict[str, Row]
    facts: dict[str, Any]
    commands: list[str]

    def table(self, name: str) -> list[Row]:
        """Return the rows of a table."""
        return [row for row in self.rows.values() if row.table == name]

    def done(self, *tables: str) -> list[Row]:
        """Return the rows of these tables that are done."""
        return [row for table in tables for row in self.table(table) if row.record]

    def row(self, name: str) -> Row | None:
        """Return a row that is done, otherwise None."""
        row = self.rows.get(name)
        return row if row and row.record else None


def view(records: Records) -> View:
    """Read what the plan names.

    :raises DataError: nothing was planned, or a file is damaged.
    """
    plan = records.plan()
    if not plan["rows"] and "data" not in plan:
        message = "there is no study here yet; run `uk-tag-train study` with data first"
        raise DataError(message, path=str(records.folder / PLAN))
    rows: dict[str, Row] = {}
    for planned in plan["rows"]:
        record = records.find(planned["name"], planned["identity"])
        base = planned["name"].partition(SEED_MARK)[0]
        if base == planned["name"]:
            rows[base] = Row(base, planned["table"], planned["label"], record)
        elif record and base in rows:
            rows[base].seeds.append(record)
    facts = records.find("data", plan["data"]) if "data" in plan else None
    return View(rows, facts or {}, plan.get("commands", []))


def overlap(one: Row, other: Row) -> bool:
    """Tell whether the intervals of two rows that are done overlap."""
    (low, high), (lower, higher) = one.interval, other.interval
    return low <= higher and lower <= high
