"""The whole study: which runs, in which order, which are done already, and the plan that the report reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tagger.errors import OptionError
from tagger.train.study.data import Sources
from tagger.train.study.facts import gather
from tagger.train.study.grid import SEED, grid
from tagger.train.study.ladder import SHIPS, by_sentence, folds, ladder
from tagger.train.study.records import Records, merge_rows
from tagger.train.study.runs import run_of, score_model
from tagger.train.study.settings import Cut, Run

TABLES = ("cells", "schedules", "batch", "depth and width", "ladder", "cut", "folds")
SEEDED = ("ladder", "cells")  # the tables whose close rows are worth other seeds
FACTS = "data"


@dataclass(frozen=True, slots=True)
class StudySettings:
    """What to do.

    :param rows: tables or runs by name; empty: all.
    :param hub_cut: how the runs on the hub form are cut down; `cut` those on documents.
    :param seeds: seeds of two rows of the ladder, or of the cells, that are close.
    :param model: what ships.
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
    """Carries out a study, run by run; the plan is written before and after each, so that the report can be made at any time."""

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
        if strange := sorted(set(settings.rows) - known):
            raise OptionError(f"--rows: there is no {', '.join(strange)}; known are {', '.join(TABLES)}, data, and single runs: {', '.join(self._order)}")

    def chosen(self, name: str, table: str) -> bool:
        """Whether a run is asked for."""
        return not self.settings.rows or name in self.settings.rows or table in self.settings.rows

    def note(self, command: str) -> None:
        """Keep a command for the report, which names all that made it, the latest last."""
        self._plan(commands=[*(old for old in self.records.plan().get("commands", []) if old != command), command])

    def carry_out(self) -> None:
        """Do what is asked for and not yet done. Runs whose data was not given are left out, and the log says so."""
        if self.chosen(FACTS, FACTS):
            self._plan(data=gather(self.sources, self.records, self._log))
        runs = [run for run in self.runs if self.chosen(run.name, run.table) and self._have(run.name, run.data)]
        self._plan(rows=[self._row(run) for run in runs])
        if self.chosen(SHIPS, "ladder") and self._have(SHIPS, "documents"):
            parts = self.sources.parts("documents")
            identity = score_model(SHIPS, self.settings.model, parts, self.records, threads=self.settings.threads, log=self._log)
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
        missing = self.sources.have(data)
        if missing:
            self._log(f"{name}: left out, since it needs {missing}")
        return not missing

    def _parts(self, run: Run):
        return self.sources.parts(run.data, run.cut.subset)

    def _row(self, run: Run) -> dict:
        identity = run.identity(self._parts(run).fingerprints())
        return {"name": run.name, "table": run.table, "label": run.label, "identity": identity}

    def _run(self, run: Run) -> None:
        run_of(run, self._parts(run), self.records, device=self.settings.device, log=self._log, progress=self._progress)

    def _close(self, runs: Sequence[Run]) -> list[Run]:
        """Those whose score, and that of the row before or behind, each lie in the interval of the other."""
        scores = [self.records.find(run.name, self._row(run)["identity"])["test"] for run in runs]
        close = set()
        for (one, first), (other, second) in pairwise(enumerate(scores)):
            if first["low"] <= second["f1"] <= first["high"] and second["low"] <= first["f1"] <= second["high"]:
                close |= {one, other}
        return [run for number, run in enumerate(runs) if number in close]

    def _plan(self, rows: Sequence[dict] = (), **more: object) -> None:
        plan = self.records.plan()
        plan |= {"rows": merge_rows(plan["rows"], list(rows), self._order)} | more
        self.records.write_plan(plan)
