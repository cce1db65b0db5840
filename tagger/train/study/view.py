"""A study as its report sees it: rows of tables, each with its record or none yet, further seeds gathered under their row."""

from dataclasses import dataclass, field
from statistics import mean, stdev

from tagger.errors import DataError
from tagger.train.study import published
from tagger.train.study.records import PLAN, Records

SEED_MARK = "-seed-"


@dataclass(slots=True)
class Row:
    """A row of a table.

    :param record: `None` where the run is not done.
    :param seeds: the records of further seeds that are done.
    """

    name: str
    table: str
    label: str
    record: dict | None
    seeds: list[dict] = field(default_factory=list)

    @property
    def published(self) -> dict[str, float]:
        """What the original reported of it; empty where it did not."""
        return published.RUNS.get(self.name, {})

    def scores(self, key: str = "f1", part: str = "test") -> list[float]:
        """A score of every seed that is done, the row's own first."""
        return [record[part][key] for record in [*([self.record] if self.record else []), *self.seeds] if part in record]

    def score(self, key: str = "f1", part: str = "test") -> float | None:
        """The mean over seeds, `None` where nothing is done."""
        found = self.scores(key, part)
        return mean(found) if found else None

    def deviation(self, key: str = "f1") -> float | None:
        """The standard deviation over seeds, `None` of fewer than two."""
        found = self.scores(key)
        return stdev(found) if len(found) > 1 else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of the strict F1 of the row's own seed."""
        return (self.record["test"]["low"], self.record["test"]["high"]) if self.record else None

    def best_epoch(self) -> dict | None:
        """The epoch that the original would have chosen: the best of its metric on the test part. `None` where that was not recorded."""
        watched = [epoch for epoch in (self.record or {}).get("history", []) if "test" in epoch["parts"]]
        return max(watched, key=lambda epoch: epoch["parts"]["test"]["mean_f1"], default=None)


@dataclass(slots=True)
class View:
    """Rows by name in the order of the tables, the facts about the data, empty where they were not gathered, and the commands that made it."""

    rows: dict[str, Row]
    facts: dict
    commands: list[str]

    def table(self, name: str) -> list[Row]:
        """The rows of a table."""
        return [row for row in self.rows.values() if row.table == name]

    def done(self, *tables: str) -> list[Row]:
        """The rows of these tables that are done."""
        return [row for table in tables for row in self.table(table) if row.record]

    def row(self, name: str) -> Row | None:
        """A row that is done."""
        row = self.rows.get(name)
        return row if row and row.record else None


def view(records: Records) -> View:
    """Read what the plan names. Raises DataError where nothing was planned, or a file is damaged."""
    plan = records.plan()
    if not plan["rows"] and "data" not in plan:
        raise DataError("there is no study here yet; run `uk-tag-train study` with data first", path=str(records.folder / PLAN))
    rows: dict[str, Row] = {}
    for planned in plan["rows"]:
        record = records.find(planned["name"], planned["identity"])
        base = planned["name"].partition(SEED_MARK)[0]
        if base == planned["name"]:
            rows[base] = Row(base, planned["table"], planned["label"], record)
        elif record and base in rows:
            rows[base].seeds.append(record)
    return View(rows, (records.find("data", plan["data"]) if "data" in plan else None) or {}, plan.get("commands", []))


def overlap(one: Row, other: Row) -> bool:
    """Whether the intervals of two rows that are done share a score."""
    (low, high), (lower, higher) = one.interval, other.interval
    return low <= higher and lower <= high
