"""The paragraphs of a text that a tagger is least sure about: what to annotate first to improve it for that text.

This is active learning by uncertainty (Settles 2009, "Active Learning Literature Survey", section 3.1). The doubt of a
paragraph is the number of tags that are expected to be wrong per word that an annotator has to read. A share at random
keeps the choice from being nothing but odd text, and can be scored on: the rest is harder than the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from tagger.tagger import Tagger
from tagger.text.tokenizer import sentence_ranges, tokenize
from tagger.train.data.corpus import DISTINCTIVE_TOKENS, Document, letters_and_digits

AT_ONCE = 256  # paragraphs that are tagged together


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and the doubt about it.

    :param number: its position in the text, from 1.
    :param words: number of words, between white space.
    :param doubt: expected number of wrong tags per word.
    :param random: whether chance chose it.
    """

    number: int
    text: str
    words: int
    doubt: float
    random: bool = False


def unlike(texts: Iterable[str], annotated: Iterable[Document] = (), shortest: int = 1) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs that are worth annotating, with their numbers from 1: each text once, nothing annotated.

    Letters and digits alone are compared, so that it does not matter how either side was tokenized.

    :param annotated: documents that are annotated already; a paragraph that has a whole long sentence of theirs is out.
    :param shortest: least number of words.
    """
    known = [sentence.tokens for document in annotated for sentence in document.sentences]
    seen = {letters_and_digits("".join(tokens)) for tokens in known}
    long = {letters_and_digits("".join(tokens)) for tokens in known if len(tokens) >= DISTINCTIVE_TOKENS}
    for number, text in enumerate(texts, 1):
        key = letters_and_digits(text)
        if len(text.split()) < shortest or key in seen:
            continue
        seen.add(key)
        if not long or not any(letters_and_digits(text[start:end]) in long for start, end in sentence_ranges(text)):
            yield number, text


def doubts(tagger: Tagger, texts: Iterable[tuple[int, str]]) -> Iterator[Paragraph]:
    """Tag numbered paragraphs, and yield each with the doubt about it."""
    numbers = {tag: number for number, tag in enumerate(tagger.bundle.tags)}
    source = iter(texts)
    while part := list(islice(source, AT_ONCE)):
        sentences = [
            (index, tokens)
            for index, (_, text) in enumerate(part)
            for start, end in sentence_ranges(text)
            if (tokens := tokenize(text[start:end]))
        ]
        wrong = [0.0] * len(part)
        annotations = tagger.annotate([tokens for _, tokens in sentences], probabilities=True)
        for (index, _), annotation in zip(sentences, annotations, strict=True):
            chosen = [numbers[tag] for tag in annotation.tags]
            if annotation.probabilities is not None:
                wrong[index] += len(chosen) - float(annotation.probabilities[range(len(chosen)), chosen].sum())
        for (number, text), own in zip(part, wrong, strict=True):
            words = len(text.split())
            yield Paragraph(number, text, words, own / max(1, words))


def select(paragraphs: Sequence[Paragraph], words: int, random_share: float, seed: int) -> list[Paragraph]:
    """Choose paragraphs of about so many words, in an order in which each beginning has both kinds.

    :param words: the last paragraph of each kind may exceed it.
    :param random_share: share of the words that chance chooses.
    """
    generator = Random(seed)
    mixed = list(paragraphs)
    generator.shuffle(mixed)
    by_chance = [replace(paragraph, random=True) for paragraph in _first(mixed, round(words * random_share))]
    taken = {paragraph.number for paragraph in by_chance}
    rest = [paragraph for paragraph in paragraphs if paragraph.number not in taken]
    rest.sort(key=lambda paragraph: (-paragraph.doubt, paragraph.number))
    left = words - sum(paragraph.words for paragraph in by_chance)
    chosen = [*by_chance, *_first(rest, left)]
    generator.shuffle(chosen)
    return chosen


def _first(paragraphs: Iterable[Paragraph], words: int) -> Iterator[Paragraph]:
    for paragraph in paragraphs:
        if words <= 0:
            return
        yield paragraph
        words -= paragraph.words
