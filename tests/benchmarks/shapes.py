"""Speed by CoNLL layout: python tests/benchmarks/shapes.py CORPUS.conll

The same tokens in several layouts. Medians of alternating runs of whole processes, and the ratio to one column.
"""

import argparse
import os
import tempfile
from pathlib import Path

from speed import PROGRAM, compile_program, medians, process, read

BETWEEN = 10  # sentences per document


def shapes(sentences: list[list[str]]) -> dict[str, str]:
    """Return the sentences as CoNLL, by the name of the layout."""
    one = ["".join(f"{token}\n" for token in tokens) for tokens in sentences]
    tabs = ["".join(f"{token}\tNOUN\tO\n" for token in tokens) for tokens in sentences]
    spaces = [sentence.replace("\t", " ") for sentence in tabs]
    documents = ["-DOCSTART- -X- O\n\n" * (number % BETWEEN == 0) + sentence for number, sentence in enumerate(spaces)]
    return {
        "one column": "\n".join(one) + "\n",
        "one column, CR LF": ("\n".join(one) + "\n").replace("\n", "\r\n"),
        "one column, a further empty line": "\n\n".join(one) + "\n",
        "three columns, TABs": "\n".join(tabs) + "\n",
        "three columns, spaces": "\n".join(spaces) + "\n",
        f"the same, -DOCSTART- at each {BETWEEN} sentences": "\n".join(documents) + "\n",
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--tokens", type=int, default=158_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    compile_program()
    sentences = read(arguments.corpus, arguments.tokens)
    count = sum(map(len, sentences))
    print(f"{os.cpu_count()} CPUs, {count:,} tokens, medians of {arguments.runs} runs\n")
    with tempfile.TemporaryDirectory() as folder:
        ways = {}
        for number, (name, text) in enumerate(shapes(sentences).items()):
            path = Path(folder, f"{number}.conll")
            path.write_bytes(text.encode())
            ways[name] = lambda path=path: process([*PROGRAM, "-i", "conll", str(path)])
        taken = medians(ways, arguments.runs)
    first, *_ = taken.values()
    for name, seconds in taken.items():
        print(f"{name:<46}{count / seconds:>10,.0f} tokens/s{first / seconds:>8.2f}")


if __name__ == "__main__":
    main()
