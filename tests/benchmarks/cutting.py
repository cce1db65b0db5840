"""Comparison of uk-tag's tokens and sentences with those of tokenize-uk, line by line, and the time of both.

python tests/benchmarks/cutting.py TEXT[.xz]
"""

import argparse
import lzma
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))


def main() -> None:
    """Compare and print."""
    from tokenize_uk import tokenize_sents_with_spans, tokenize_words_with_spans

    from tagger.text.fast_sentences import sentence_starts
    from tagger.text.fast_words import split_regular
    from tagger.text.tokenizer import sentence_spans, token_spans

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    path = parser.parse_args().text
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    print(f"{len(lines):,} lines\n")
    left_for_tokens = sum(end - start for line in lines for start, end, regular in split_regular(line) if not regular)
    left_for_sentences = sum(
        end - start for line in lines for start, end in (sentence_starts(line) or ((), [(0, len(line))]))[1]
    )
    differ = compare(
        "tokens",
        lines,
        token_spans,
        lambda line: [(start, end) for _, start, end in tokenize_words_with_spans(line)],
        left_for_tokens,
    )

    def reference_sentences(line: str) -> list[tuple[int, int]]:
        starts = [0, *(start for _, start, _ in tokenize_sents_with_spans(line)[1:])]
        return list(zip(starts, [*starts[1:], len(line)], strict=True))

    differ += compare("sentences", lines, sentence_spans, reference_sentences, left_for_sentences)
    sys.exit(1 if differ else 0)


def compare(
    what: str, lines: list[str], own: Callable[[str], list], reference: Callable[[str], list], left: int
) -> int:
    """Split all lines in both ways, and print the times and the differences.

    :param left: number of characters that uk-tag leaves to tokenize-uk.
    :returns: number of lines that differ.
    """
    times = [time.perf_counter()]
    found = [own(line) for line in lines]
    times.append(time.perf_counter())
    expected = [reference(line) for line in lines]
    times.append(time.perf_counter())
    other = [line for line, one, two in zip(lines, found, expected, strict=True) if one != two]
    share = left / max(sum(map(len, lines)), 1)
    print(f"{sum(map(len, found)):,} {what}; {share:.1%} of the characters are left to tokenize-uk")
    print(f"{len(other):,} lines differ from tokenize-uk")
    print(f"{times[1] - times[0]:.1f} s, by tokenize-uk alone {times[2] - times[1]:.1f} s\n")
    for line in other[:10]:
        print(f"  {line}")
    return len(other)


if __name__ == "__main__":
    main()
