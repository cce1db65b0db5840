"""Speed and memory by batch size.

python tests/benchmarks/batches.py CORPUS.conll [--device cuda] [--sizes 4096 16384 65536]

Prints tokens per second of whole processes (medians of alternating runs, with one thread and with two) and the peak
memory of a process. Linux only.
"""

import argparse
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from speed import ROOT, compile_program, medians, read

PROGRAM = [sys.executable, str(ROOT / "bin" / "uk-tag"), "-i", "conll"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--tokens", type=int, default=158_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[192, 256, 384, 512, 768, 1024])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    compile_program()
    sentences = read(arguments.corpus, arguments.tokens)
    data = "".join("\n".join(tokens) + "\n\n" for tokens in sentences).encode()
    count = sum(map(len, sentences))
    print(f"{os.cpu_count()} CPUs, {arguments.device}, {count:,} tokens, medians of {arguments.runs} runs\n")
    peaks: dict[str, int] = {}

    def way(name: str, size: int, threads: int) -> Callable[[], float]:
        command = [*PROGRAM, "--device", arguments.device, "--batch-tokens", str(size), "--threads", str(threads)]

        def run() -> float:
            seconds, peak = measured(command, data)
            peaks[name] = max(peak, peaks.get(name, 0))
            return seconds

        return run

    ways = {
        (name := f"{size:>6} tokens, {threads} {'thread' if threads == 1 else 'threads'}"): way(name, size, threads)
        for threads, size in itertools.product(arguments.threads, arguments.sizes)
    }
    for name, seconds in medians(ways, arguments.runs).items():
        print(f"{name:<26}{count / seconds:>12,.0f} tokens/s{peaks[name] / 1024:>8.0f} MiB at most")


def measured(command: list[str], data: bytes) -> tuple[float, int]:
    """Return the seconds of a process that reads `data`, and its peak resident memory in KiB."""
    began = time.perf_counter()
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    running.stdin.write(data)
    running.stdin.close()
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"{' '.join(command)}: failed")
    return time.perf_counter() - began, usage.ru_maxrss


if __name__ == "__main__":
    main()
