"""The whole study: which runs, in which order, which are done, and the plan that the report reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tagger.errors import OptionError
from tagger.train.study.data import Parts, Sources
from tagger.train.study.facts import FACTS, gather
from tagger.train.study.recipes import SEED, SHIPS, Cut, Run, by_sentence, folds, grid, ladder
from tagger.train.study.records import Record, Records, merge_rows
from tagger.train.study.run import run_of, score_model

TABLES = ("cells", "schedules", "batch", "depth and width", "ladder", "cut", "folds")
SEEDED = ("ladder", "cells")  # tables whose close rows get further seeds


@dataclass(frozen=True, slots=True)
class StudySettings:
    """What to do.

    :param rows: tables or runs by name; empty means all.
    :param hub_cut: how runs on the hub split are scaled down.
    :param cut: how runs on documents are scaled down.
    :param folds: number of folds of the cross-validation; 0 means none.
    :param seeds: seeds of two rows of the ladder, or of the cells, that are close.
    :param model: the shipped model.
    """

    rows: tuple[str, ...]
    hub_cut: Cut
    cut: Cut
    folds: int
    seeds: int
    model: Path
    device: str = "cpu"
    threads: int = 1


class Study:
    """Carries out a study, run by run.

    The plan is written before and after each, so that there is a report at any time.
    """

    def __init__(
        self,
        settings: StudySettings,
        sources: Sources,
        records: Records,
        *,
        log: Callable[[str], None] = lambda line: None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self.settings, self.sources, self.records = settings, sources, records
        self._log, self._progress = log, progress
        self.runs = [
            *grid(settings.hub_cut),
            *ladder(settings.cut),
            by_sentence(settings.cut),
            *(folds(settings.cut, settings.folds) if settings.folds else []),
        ]
        self._order = [run.name for run in self.runs]
        self._order.insert(self._order.index("ladder-more") + 1, SHIPS)
        known = {*self._order, *(run.table for run in self.runs), FACTS}
        if unknown := sorted(set(settings.rows) - known):
            tables, runs = ", ".join(TABLES), ", ".join(self._order)
            message = f"there is no {', '.join(unknown)}; known are {tables}, data, and single runs: {runs}"
            raise OptionError(f"--rows: {message}")

    def chosen(self, name: str, table: str) -> bool:
        """Tell whether a run is asked for."""
        return not self.settings.rows or name in self.settings.rows or table in self.settings.rows

    def note(self, command: str) -> None:
        """Add a command to those that the report names, the latest last."""
        old = self.records.plan().get("commands", [])
        self._plan(commands=[*(other for other in old if other != command), command])

    def carry_out(self) -> None:
        """Do what is asked for and not yet done. Runs whose data was not given are left out, and logged."""
        if self.chosen(FACTS, FACTS):
            self._plan(data=gather(self.sources, self.records, self._log))
        runs = [run for run in self.runs if self.chosen(run.name, run.table) and self._have(run.name, run.data)]
        self._plan(rows=[self._row(run) for run in runs])
        if self.chosen(SHIPS, "ladder") and self._have(SHIPS, "documents"):
            parts, model = self.sources.parts("documents"), self.settings.model
            identity = score_model(SHIPS, model, parts, self.records, threads=self.settings.threads, log=self._log)
            self._plan(rows=[{"name": SHIPS, "table": "ladder", "label": "what ships", "identity": identity}])
        for run in runs:
            self._run(run)
        for table in SEEDED:
            close = self._close([run for run in runs if run.table == table])
            seeded = [run.with_seed(SEED + more) for more in range(1, self.settings.seeds) for run in close]
            self._plan(rows=[self._row(run) for run in seeded])
            for run in seeded:
                self._run(run)

    def _have(self, name: str, data: str) -> bool:
        missing = self.sources.missing(data)
        if missing:
            self._log(f"{name}: left out, because it needs {missing}")
        return not missing

    def _parts(self, run: Run) -> Parts:
        return self.sources.parts(run.data, run.cut.subset)

    def _row(self, run: Run) -> Record:
        identity = run.identity(self._parts(run).fingerprints())
        return {"name": run.name, "table": run.table, "label": run.label, "identity": identity}

    def _run(self, run: Run) -> Record:
        return run_of(
            run,
            self._parts(run),
            self.records,
            device=self.settings.device,
            log=self._log,
            progress=self._progress,
        )

    def _close(self, runs: Sequence[Run]) -> list[Run]:
        """Return the runs whose score, and that of the row before or after, are each in the interval of the other."""
        found = [self.records.find(run.name, self._row(run)["identity"]) for run in runs]
        scores = [record["test"] for record in found if record]  # all of them are done by now
        close = set()
        for (one, first), (other, second) in pairwise(enumerate(scores)):
            if first["low"] <= second["f1"] <= first["high"] and second["low"] <= first["f1"] <= second["high"]:
                close |= {one, other}
        return [run for number, run in enumerate(runs) if number in close]

    def _plan(self, rows: Sequence[Record] = (), **more: object) -> None:
        plan = self.records.plan()
        plan |= {"rows": merge_rows(plan["rows"], list(rows), self._order)} | more
        self.records.write_plan(plan)
