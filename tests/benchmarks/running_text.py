"""Speed of uk-tag on plain text: python tests/benchmarks/running_text.py TEXT[.xz]

Compares paragraphs, one per line, as they are and split into sentences (--sentences), with the same tokens as CoNLL,
one sentence per paragraph. Measured are whole processes, everything but the network, and the entities of the sentences
in a Python program (`Tagger.stream_entities`, without start-up). Medians of alternating runs, in tokens of the text.
"""

import argparse
import lzma
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from speed import PROGRAM, ROOT, as_the_program, compile_program, host_alone, medians, process

sys.path.insert(0, str(ROOT))
IN_A_PROGRAM = "sentences, in a program"


def main() -> None:
    """Measure and print."""
    from tagger.text.tokenizer import tokenize

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--tokens", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    compile_program()
    lines, cut, count = [], [], 0
    with (lzma.open if arguments.text.suffix == ".xz" else open)(arguments.text, "rt", encoding="utf-8") as file:
        for line in file:
            own = tokenize(line.rstrip("\n"))
            if own:
                lines.append(line.rstrip("\n") + "\n")
                cut.append("".join(f"{word}\n" for word in own) + "\n")
                count += len(own)
            if count >= arguments.tokens:
                break
    print(f"{os.cpu_count()} CPUs, {count:,} tokens in {len(lines):,} paragraphs, medians of {arguments.runs} runs\n")
    data = {"conll": "".join(cut).encode(), "text": "".join(lines).encode()}
    forms = {"the same tokens as CoNLL": ("conll", False), "text": ("text", False), "text, --sentences": ("text", True)}
    with (
        ProcessPoolExecutor(1, get_context("spawn"), as_the_program) as beside,
        tempfile.TemporaryDirectory() as folder,
    ):
        ways = {}
        for name, (form, sentences) in forms.items():
            path = Path(folder, form)
            path.write_bytes(data[form])
            command = [*PROGRAM, "-i", form, *(["--sentences"] if sentences else []), str(path)]
            how = {"sentences": sentences}
            ways[name, "1 thread"] = lambda command=command: process(command)
            ways[name, "2 threads"] = lambda command=command: process([*command, "--threads", "2"])
            ways[name, "constant model"] = lambda form=form, how=how: beside.submit(
                host_alone, data[form], form, **how
            ).result()
        for threads in (1, 2):
            ways[IN_A_PROGRAM, f"{threads} thread{'s' * (threads > 1)}"] = lambda threads=threads: beside.submit(
                in_a_program, lines, threads
            ).result()
        taken = medians(ways, arguments.runs)
    first, *_ = forms
    print(f"{'':<26}{'1 thread':>24}{'2 threads':>24}{'constant model':>24}   tokens/s, and of CoNLL")
    for name in [*forms, IN_A_PROGRAM]:
        done = [way for way in ("1 thread", "2 threads", "constant model") if (name, way) in taken]
        columns = [(count / taken[name, way], taken[first, way] / taken[name, way]) for way in done]
        print(f"{name:<26}" + "".join(f"{speed:>16,.0f} ({share:.2f}) " for speed, share in columns))


def in_a_program(lines: list[str], threads: int, kept: dict = {}) -> float:  # noqa: B006 - the model is opened once
    """Return the seconds for finding all entities of the lines."""
    from tagger import Tagger

    if threads not in kept:
        kept[threads] = Tagger.load(device="cpu", threads=threads)
    began = time.perf_counter()
    for _ in kept[threads].stream_entities(lines):
        pass
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
