"""Speed of uk-tag on this machine, as one table: python tests/benchmarks/speed.py CORPUS.conll

The corpus is repeated up to the given number of tokens. Each number is the median of several alternating runs.
"""

import argparse
import compileall
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from memory import universal

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
PROGRAM = [sys.executable, str(ROOT / "bin" / "uk-tag"), "--device", "cpu"]
IMPORTS = [sys.executable, "-c", "import click, numpy, onnxruntime"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--tokens", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    compile_program()
    as_the_program()
    sentences = read(arguments.corpus, arguments.tokens)
    count = sum(map(len, sentences))
    processor = platform.processor() or platform.machine()
    print(f"{processor}, {os.cpu_count()} CPUs, {count:,} tokens, medians of {arguments.runs} runs\n")
    # Everything but the network is measured in another process: the batches recorded in this one would slow it down.
    beside = ProcessPoolExecutor(1, get_context("spawn"), as_the_program)
    with beside, tempfile.TemporaryDirectory() as folder:
        vertical, text, full = Path(folder, "corpus.conll"), Path(folder, "corpus.txt"), Path(folder, "corpus.conllu")
        vertical.write_text("".join("\n".join(tokens) + "\n\n" for tokens in sentences), encoding="utf-8")
        text.write_text("".join(" ".join(tokens) + "\n" for tokens in sentences), encoding="utf-8")
        full.write_bytes(universal(vertical.read_text(encoding="utf-8")))
        conll = [*PROGRAM, "-i", "conll", str(vertical)]
        ways = {
            "CoNLL, int8, 1 thread": lambda: process(conll),
            "the same, kept on one core": lambda: process(conll, cores={min(os.sched_getaffinity(0))}),
            "CoNLL, int8, 2 threads": lambda: process([*conll, "--threads", "2"]),
            "CoNLL, int8, 2 processes side by side": lambda: side_by_side(conll, 2),
            "CoNLL, float32, 1 thread": lambda: process([*conll, "--precision", "float32"]),
            "text, int8, 1 thread": lambda: process([*PROGRAM, "-i", "text", str(text)]),
            "CoNLL-U, int8, 1 thread": lambda: process([*PROGRAM, "-i", "conllu", str(full)]),
            "the same batches in onnxruntime alone": lambda: network_alone(sentences),
            "CoNLL with a constant model, in memory": lambda: beside.submit(host_alone, vertical.read_bytes()).result(),
            "the same with a comment at each sentence": lambda: beside.submit(
                host_alone,
                b"# sent_id = 1\n" + vertical.read_bytes()[:-1].replace(b"\n\n", b"\n\n# sent_id = 1\n") + b"\n",
            ).result(),
        }
        taken = medians(ways, arguments.runs)
        for name, seconds in taken.items():
            print(f"{name:<42}{count / seconds:>12,.0f} tokens/s")
        whole, one_core, two, apart, _, plain, ten, network, *_ = taken.values()
        print(f"{'1 thread / onnxruntime alone':<42}{network / whole:>12.2f}")
        print(f"{'2 threads / 1 thread':<42}{whole / two:>12.2f}")
        print(f"{'2 threads / 1 thread on one core':<42}{one_core / two:>12.2f}")
        print(f"{'2 processes / 1 thread: what the machine has':<44}{whole / apart:>10.2f}")
        print(f"{'text / CoNLL':<42}{whole / plain:>12.2f}")
        print(f"{'CoNLL-U / CoNLL':<42}{whole / ten:>12.2f}")
    starts = medians(
        {"start": lambda: process(PROGRAM, b"\xd0\x9a\xd0\xb8\xd1\x97\xd0\xb2\n"), "imports": lambda: process(IMPORTS)},
        arguments.runs,
    )
    print(f"{'start to end, one word':<42}{starts['start'] * 1e3:>12,.0f} ms")
    print(f"{'python -c import click, numpy, onnxruntime':<42}{starts['imports'] * 1e3:>12,.0f} ms")
    print(f"{'start / imports':<42}{starts['start'] / starts['imports']:>12.2f}")
    median, late = latency()
    print(f"{'one line through an open pipe':<42}{median * 1e3:>12.2f} ms median, {late * 1e3:.2f} ms 99th percentile")


def as_the_program() -> None:
    """Set the memory allocator as uk-tag does, which makes large temporary allocations slower."""
    from tagger.system.memory import keep_memory_small

    keep_memory_small()


def compile_program() -> None:
    """Compile to bytecode, as installing does; otherwise each start may compile again."""
    compileall.compile_dir(ROOT / "tagger", quiet=1)


def read(path: Path, tokens: int) -> list[list[str]]:
    """Read the sentences of a CoNLL file, repeated until there are at least `tokens` tokens."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    found = [
        [line.split("\t")[0] for line in block.split("\n") if line and not line.startswith("# ")] for block in blocks
    ]
    found = [sentence for sentence in found if sentence]
    repeated, count = [], 0
    while count < tokens:
        for sentence in found:
            repeated.append(sentence)
            count += len(sentence)
            if count >= tokens:
                break
    return repeated


def medians(ways: dict[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """Return the median seconds of each function; each round calls all of them once."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            taken[name].append(way())
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def process(command: list[str], stdin: bytes = b"", cores: set[int] | None = None) -> float:
    """Return the seconds of a whole process, on all cores or on some (Linux)."""
    began = time.perf_counter()
    subprocess.run(
        command,
        input=stdin,
        stdout=subprocess.DEVNULL,
        check=True,
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
    )
    return time.perf_counter() - began


def side_by_side(command: list[str], count: int) -> float:
    """Return the seconds of `count` processes at once, divided by `count`: the best that two threads could reach."""
    began = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
    if {process.wait() for process in running} != {0}:
        raise SystemExit(f"{' '.join(command)}: failed")
    return (time.perf_counter() - began) / count


class Replay:
    """A session that records its calls, or returns zeros."""

    def __init__(self, session, constant: bool) -> None:
        self._session, self._constant = session, constant
        self.bundle, self.device = session.bundle, session.device
        self.width, self.kind, self.takes_table = session.width, session.kind, session.takes_table
        self.calls: list[tuple] = []
        self.words = 0  # number of embedded words

    def embed(self, features):
        """See :meth:`tagger.inference.session.Session.embed`."""
        self.words += len(features)
        if self._constant:
            return np.zeros((len(features), self.width), self.kind)
        self.calls.append((self._session.embed, (features,)))
        return self._session.embed(features)

    def emissions(self, vectors, index, lengths):
        """See :meth:`tagger.inference.session.Session.emissions`."""
        if self._constant:
            return np.zeros((*index.shape, len(self.bundle.tags)), np.float32)
        self.calls.append((self._session.emissions, (vectors, index, lengths)))
        return self._session.emissions(vectors, index, lengths)


def network_alone(sentences: list[list[str]], kept: dict = {}) -> float:  # noqa: B006 - the batches are recorded once
    """Return the seconds of onnxruntime for these sentences: to embed their words, and to run their batches."""
    from tagger.tagger import Tagger

    if not kept:
        tagger = Tagger.load(device="cpu")
        replay = Replay(tagger.session, constant=False)
        list(Tagger(replay).stream(sentences))
        count = sum(map(len, sentences))
        print(f"{replay.words / count:.0%} of the tokens are words that a process has not seen before or has forgotten")
        kept.update(calls=replay.calls)
    began = time.perf_counter()
    for call, arguments in kept["calls"]:
        call(*arguments)
    return time.perf_counter() - began


class Undisturbed:
    """A stand-in for :class:`tagger.system.signals.SignalGuard` that leaves Ctrl-C to this program."""

    waiting = staticmethod(contextlib.nullcontext)

    def check(self) -> None:
        """Do nothing: no signal has arrived."""


class Blocks:
    """A source of bytes in memory, in blocks of the size in which files are read."""

    def __init__(self, data: bytes) -> None:
        from tagger.pipeline.source import BLOCK

        self._blocks = [data[start : start + BLOCK] for start in range(0, len(data), BLOCK)]
        self._blocks.reverse()

    @property
    def is_ready(self) -> bool:
        """See :attr:`tagger.pipeline.source.Source.is_ready`."""
        return True

    def next(self) -> bytes | None:
        """See :meth:`tagger.pipeline.source.Source.next`."""
        return self._blocks.pop() if self._blocks else None


def host_alone(data: bytes, form: str = "conll", kept: dict = {}, **how) -> float:  # noqa: B006 - the model is opened once
    """Return the seconds of everything but the network: reading, feature look-up, decoding and writing.

    :param how: further values of ReaderSettings.
    """
    from tagger.formats.labels import Labels, LabelSettings
    from tagger.formats.reader import Reader, ReaderSettings
    from tagger.formats.writer import Writer, WriterSettings
    from tagger.inference.engine import Engine
    from tagger.inference.model_path import model_file
    from tagger.inference.session import Session
    from tagger.pipeline.stream import Stream

    if not kept:
        kept["engine"] = Engine(Replay(Session(model_file(None, device="cpu"), device="cpu"), constant=True))
    engine = kept["engine"]
    writing = Writer("corpus", WriterSettings(), Labels(engine.bundle.tags, LabelSettings()))
    reading = Reader("corpus", ReaderSettings(form, **how), print, together=writing.block_forms)
    pipe = Stream(engine, lambda data: None, Undisturbed())
    began = time.perf_counter()
    pipe.run(Blocks(data), reading, writing)
    return time.perf_counter() - began


def latency(lines: int = 300) -> tuple[float, float]:
    """Return the seconds from writing a line to reading its tags: median and 99th percentile."""
    with subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        taken = []
        for number in range(lines + 20):
            began = time.perf_counter()
            running.stdin.write(f"Учора Олена Коваленко приїхала до Харкова вже {number} раз .\n".encode())
            running.stdin.flush()
            while running.stdout.readline() != b"\n":
                pass
            taken.append(time.perf_counter() - began)
        running.stdin.close()
    taken = sorted(taken[20:])
    return statistics.median(taken), taken[int(len(taken) * 0.99)]


if __name__ == "__main__":
    main()
