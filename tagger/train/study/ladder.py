"""The same network on the corpus cut by document: one thing changed at a time, from the original's recipe to what ships."""

from dataclasses import replace

from tagger.train.study.grid import SEED, loop, network, steps
from tagger.train.study.settings import Cut, Run

SHIPS = "ladder-ships"
BY_SENTENCE = "cut-by-sentence"
# Name, what plots call it, what tables call it. A reader wants to see what each step brings over the one above it.
STEPS = (
    ("ladder-original", "the original's recipe", "the original's recipe (LSTM, MultiStepLR(15, 25; 0.5) at 1e-3; words of the test part in the vocabulary)"),
    ("ladder-unknown", "+ an unknown word", "the vocabulary cut from training alone, with an unknown word"),
    ("ladder-features", "+ features", "features of words' parts (affixes, shape, character n-grams)"),
    ("ladder-hidden", "+ hidden features", "words' own entries and single features hidden at random in training"),
    ("ladder-crf", "+ a CRF", "a linear-chain CRF on top"),
    ("ladder-more", "+ more data", "more data: the new documents of NER-UK 2.0, read as four classes"),
)
SHORT = {name: short for name, short, _ in STEPS} | {SHIPS: "what ships"}


def ladder(cut: Cut, seed: int = SEED) -> list[Run]:
    """The trained steps, in order."""
    original = Run("", "ladder", "", "documents", "pool", network(cut), loop(cut, 1e-3, steps(cut, 15, 25), seed=seed), cut=cut)
    unknown = replace(original, vocabulary="unknown")
    features = replace(unknown, vocabulary="features", deviation=0.1)
    hidden = replace(features, loop=replace(features.loop, word_dropout=0.2, feature_dropout=0.1))
    crf = replace(hidden, network=network(cut, output="crf"))
    more = replace(crf, data="documents and more")
    return [replace(run, name=name, label=label) for run, (name, _, label) in zip((original, unknown, features, hidden, crf, more), STEPS, strict=True)]


def by_sentence(cut: Cut) -> Run:
    """The ladder's first step on the hub form, whose random cut by sentence lets names leak: the same training but for the data."""
    return replace(ladder(cut)[0], name=BY_SENTENCE, table="cut", label="the original's recipe, cut by sentence", data="hub")


def folds(cut: Cut, count: int) -> list[Run]:
    """Cross-validation of the ladder's CRF step: trained on all folds but one, scored on that one."""
    crf = next(run for run in ladder(cut) if run.name == "ladder-crf")
    return [
        replace(crf, name=f"folds-{number}-of-{count}", table="folds", label=f"fold {number}", data=f"fold {number} of {count}")
        for number in range(1, count + 1)
    ]
