"""A linear-chain CRF over hand-made features: CRFsuite (Okazaki 2007).

The features are those of its CoNLL-2002 tutorial and a few more. The option `morphology` adds features from pymorphy3:
part of speech, case, animacy, and whether a word may be a first name, a surname, a patronymic or an abbreviation. The
weights of L1 and L2 and the number of iterations are those of sklearn-crfsuite's tutorial; nothing is tuned.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pycrfsuite

PACKAGES = ["python-crfsuite", "pymorphy3", "pymorphy3-dicts-uk"]
PIECE = 1000  # any number: CRFsuite tags sentence by sentence
SETTINGS = {"c1": 0.1, "c2": 0.1, "max_iterations": 100, "feature.possible_transitions": True}
KINDS = ("Name", "Surn", "Patr", "Abbr")  # the Ukrainian dictionary marks no places
CACHED_WORDS = 200_000


def resources(options: list[str]) -> list[Path]:
    """Return the files of the dictionary."""
    if "morphology" not in options:
        return []
    import pymorphy3_dicts_uk

    return [file for file in Path(pymorphy3_dicts_uk.get_path()).rglob("*") if file.is_file()]


def train(training: list, development: list, folder: Path, seed: int, options: list[str]) -> str:
    """Run L-BFGS until it converges. It uses neither random numbers nor development documents."""
    extract = extractor(options)
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=SETTINGS, verbose=False)
    for tokens, tags in training:
        trainer.append(extract(tokens), tags)
    trainer.train(str(folder / "model.crfsuite"))
    return f"{trainer.logparser.last_iteration['num']} iterations of L-BFGS"


def load(folder: Path, options: list[str]) -> Callable[[list[list[str]]], list[list[str]]]:
    """Return a function from sentences to tags."""
    extract = extractor(options)
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / "model.crfsuite"))
    return lambda sentences: [tagger.tag(extract(tokens)) for tokens in sentences]


def extractor(options: list[str]) -> Callable[[list[str]], list[list[str]]]:
    """Return a function from the tokens of a sentence to the attributes of each token."""
    analyse = analyser() if "morphology" in options else lambda word: ()

    @lru_cache(CACHED_WORDS)
    def attributes(word: str, offset: int) -> tuple[str, ...]:
        lower = word.lower()
        found = [f"lower={lower}", f"shape={shape(word)}", f"ending={lower[-3:]}", *analyse(word)]
        if offset == 0:
            found.append(f"word={word}")
            found += [f"prefix={lower[:size]}" for size in range(1, 5) if size < len(lower)]
            found += [f"suffix={lower[-size:]}" for size in range(1, 5) if size < len(lower)]
            found += [
                name
                for name, holds in (("title", word.istitle()), ("upper", word.isupper()), ("digits", word.isdigit()))
                if holds
            ]
            found += [f"holds={sign}" for sign in "-'’." if sign in word]
        return tuple(f"{offset}:{attribute}" for attribute in found)

    def extract(tokens: list[str]) -> list[list[str]]:
        rows = []
        for at, word in enumerate(tokens):
            row = list(attributes(word, 0))
            for offset in (-2, -1, 1, 2):
                if 0 <= at + offset < len(tokens):
                    row += attributes(tokens[at + offset], offset)
                else:
                    row.append(f"{offset}:edge")
            if at:
                row.append(f"pair={tokens[at - 1].lower()}|{word.lower()}")
            rows.append(row)
        return rows

    return extract


def analyser() -> Callable[[str], tuple[str, ...]]:
    """Return a function from a word to attributes: grammemes of its likeliest reading, name kinds of all readings."""
    import pymorphy3

    morphology = pymorphy3.MorphAnalyzer(lang="uk")

    @lru_cache(CACHED_WORDS)
    def analyse(word: str) -> tuple[str, ...]:
        readings = morphology.parse(word)
        if not readings:
            return ("unread",)
        first = readings[0].tag
        kinds = [name for name in KINDS if any(name in reading.tag.grammemes for reading in readings)]
        return (
            f"pos={first.POS}",
            f"case={first.case}",
            f"animacy={first.animacy}",
            f"known={readings[0].is_known}",
            *(f"kind={name}" for name in kinds),
        )

    return analyse


def shape(word: str) -> str:
    """Return letter cases and digits without repetitions: `Xx` for `Київ`, `X-d` for `ІЛ-76`."""
    signs: list[str] = []
    for letter in word:
        sign = "X" if letter.isupper() else "x" if letter.isalpha() else "d" if letter.isdigit() else letter
        if not signs or signs[-1] != sign:
            signs.append(sign)
    return "".join(signs)
