"""Timing of uk-tag and its peers on the same sentences and one core, in alternating runs."""

import contextlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from peer.catalogue import Peer
from peer.taggers import worker
from peer.training import SETTINGS, call

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PROGRAM = [sys.executable, str(ROOT / "bin" / "uk-tag"), "--device", "cpu", "-i", "conll"]


@dataclass(slots=True)
class Times:
    """Measurements of the runs of one tagger.

    :param tokens: tokens tagged in each run; a slow peer tags only the first sentences.
    :param tagging: seconds of each run from the first token to the last tag, without start-up.
    :param start: seconds of start-up of each run: interpreter, imports, model, reading the sentences.
    """

    tokens: list[int] = field(default_factory=list)
    tagging: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Median tokens per second without start-up."""
        return statistics.median(tokens / seconds for tokens, seconds in zip(self.tokens, self.tagging, strict=True))

    @property
    def whole_rate(self) -> float:
        """Median tokens per second of the whole process."""
        rows = zip(self.tokens, self.tagging, self.start, strict=True)
        return statistics.median(tokens / (tagging + start) for tokens, tagging, start in rows)

    @property
    def start_seconds(self) -> float:
        """Median seconds of start-up."""
        return statistics.median(self.start)


def sample(sentences: list[tuple[list[str], list[str]]], tokens: int, seed: int) -> list[tuple[list[str], list[str]]]:
    """Draw sentences in random order, about `tokens` tokens, so that every prefix of them is a fair sample."""
    shuffled = random.Random(seed).sample(sentences, len(sentences))
    chosen, count = [], 0
    for sentence in shuffled:
        if count >= tokens:
            break
        chosen.append(sentence)
        count += len(sentence[0])
    return chosen


def own_process(text: Path, word: Path, tokens: int, model: str) -> Callable[[], tuple[int, float, float]]:
    """Return a function that runs uk-tag as users do, and returns tokens, seconds of tagging and seconds of start-up.

    Start-up is measured by a process that tags one word; reading and writing count as tagging.
    """

    def seconds(file: Path) -> float:
        began = time.perf_counter()
        subprocess.run(
            [*PROGRAM, "-m", model, str(file)], stdout=subprocess.DEVNULL, check=True, env={**os.environ, **SETTINGS}
        )
        return time.perf_counter() - began

    def once() -> tuple[int, float, float]:
        start = seconds(word)
        return tokens, seconds(text) - start, start

    return once


def peer_process(
    python: Path, peer: Peer, folder: Path, text: Path, limit: float
) -> Callable[[], tuple[int, float, float]]:
    """Return a function that runs a peer in a process, which times its tagging; the rest is start-up.

    :param limit: seconds after which it tags no further sentences.
    """

    def once() -> tuple[int, float, float]:
        with tempfile.TemporaryDirectory() as scratch:
            began = time.perf_counter()
            found = call(
                python,
                peer,
                "tag",
                folder,
                Path(scratch, "record.json"),
                "--input",
                text,
                "--output",
                Path(scratch, "tags"),
                "--seconds",
                limit,
            )
            whole = time.perf_counter() - began
        return found["tokens"], found["seconds"], whole - found["seconds"]

    return once


def in_turns(
    ways: dict[str, Callable[[], tuple[int, float, float]]], runs: int, log: Callable[[str], None]
) -> tuple[dict[str, Times], dict[str, str]]:
    """Run each tagger once per round, all on one core.

    :returns: measurements by tagger, and the reasons of failures by tagger. A tagger that fails is not run again.
    """
    times = {key: Times() for key in ways}
    failures: dict[str, str] = {}
    with one_core():
        for number in range(runs):
            for key, way in ways.items():
                if key in failures:
                    continue
                try:
                    tokens, tagging, start = way()
                except (RuntimeError, subprocess.CalledProcessError) as error:
                    failures[key] = str(error)
                    continue
                log(f"run {number + 1}: {key}: {tokens:,} tokens in {tagging:.2f} s, start-up {start:.2f} s")
                times[key].tokens.append(tokens)
                times[key].tagging.append(tagging)
                times[key].start.append(start)
    return {key: taken for key, taken in times.items() if key not in failures and taken.tokens}, failures


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this process and its children on one core. Systems without that only limit the number of threads."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def write_texts(sentences: list[tuple[list[str], list[str]]], folder: Path) -> tuple[Path, Path, Path]:
    """Write the sentences for peers (two columns) and for uk-tag (one column), and a file of one word."""
    paths = (folder / "two.conll", folder / "one.conll", folder / "word.conll")
    worker.write(paths[0], sentences)
    paths[1].write_text("".join("\n".join(tokens) + "\n\n" for tokens, _ in sentences), encoding="utf-8")
    paths[2].write_text("Київ\n\n", encoding="utf-8")
    return paths
