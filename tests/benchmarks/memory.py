"""Memory of uk-tag over a long stream: python tests/benchmarks/memory.py CORPUS.conll

The stream is the corpus as CoNLL-U with all ten columns filled, repeated. Reads VmRSS of the running process after each
tenth of the stream. Linux only.
"""

import argparse
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, str(ROOT / "bin" / "uk-tag"), "--device", "cpu", "-i", "conllu"]
IMPORTS = "import click, numpy, onnxruntime; print(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--megabytes", type=int, default=1000)
    arguments = parser.parse_args()
    data = universal(arguments.corpus.read_text(encoding="utf-8"))
    bare = int(subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, check=True).stdout)
    print(f"a bare import of click, numpy and onnxruntime: {bare / 1024:.0f} MiB")
    with subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        drain = threading.Thread(target=lambda: [None for _ in iter(lambda: running.stdout.read(1 << 20), b"")])
        drain.start()
        written, goal = 0, arguments.megabytes * 1_000_000
        step = goal // 10
        while written < goal:
            running.stdin.write(data)
            written += len(data)
            if written // step != (written - len(data)) // step:
                status = Path(f"/proc/{running.pid}/status").read_text()
                print(
                    f"after {written / 1e6:5.0f} MB: {int(status.split('VmRSS:')[1].split()[0]) / 1024:.0f} MiB",
                    flush=True,
                )
        running.stdin.close()
        drain.join()


def universal(text: str) -> bytes:
    """Convert CoNLL to CoNLL-U with all ten columns filled."""
    rows, number = [], 0
    for line in text.split("\n"):
        if line.startswith("# "):
            continue
        token = line.split("\t")[0]
        number = number + 1 if token else 0
        features, head = "Animacy=Anim|Case=Gen|Gender=Masc|Number=Sing", number // 2
        filled = f"{number}\t{token}\t{token.lower()}\tNOUN\tNcmsgy\t{features}\t{head}\tnmod\t{head}:nmod\tTranslit=_"
        rows.append(filled if token else "")
    return "\n".join(rows).encode()


if __name__ == "__main__":
    main()
