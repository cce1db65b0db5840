"""Whether uk-tag cuts each line of a text as tokenize-uk's default engine does, and how fast: python tests/benchmarks/cutting.py TEXT[.xz]"""

import argparse
import lzma
import sys
import time
from pathlib import Path

from tokenize_uk import tokenize_words_with_spans

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))


def main() -> None:
    """Compare and print."""
    from tagger.cutting import cut
    from tagger.usual import parts

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    path = parser.parse_args().text
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    times = [time.perf_counter()]
    own = [cut(line) for line in lines]
    times.append(time.perf_counter())
    engine = [[(start, end) for _, start, end in tokenize_words_with_spans(line)] for line in lines]
    times.append(time.perf_counter())
    other = [line for line, one, two in zip(lines, own, engine, strict=True) if one != two]
    left = sum(end - start for line in lines for start, end, usual in parts(line) if not usual)
    print(f"{len(lines):,} lines, {sum(map(len, own)):,} tokens; {left / sum(map(len, lines)):.1%} of the characters are left to the engine")
    print(f"{len(other):,} lines are cut otherwise than by tokenize-uk")
    print(f"{times[1] - times[0]:.1f} s, by the engine alone {times[2] - times[1]:.1f} s")
    for line in other[:10]:
        print(f"  {line}")
    sys.exit(1 if other else 0)


if __name__ == "__main__":
    main()
