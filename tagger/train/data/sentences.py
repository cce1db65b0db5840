"""Sentences of annotated data as `uk-tag` splits running text.

NER-UK ends no sentence where a name begins the next one, so that a tagger that is trained on it learns that the first
word of a sentence is no name. Sentences are only split further, never joined, and never within an entity.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from tagger.text.tokenizer import sentence_spans
from tagger.train.data.corpus import Document, Sentence

NO_SPACE_BEFORE = frozenset(".,:;!?…)]}»”%")
NO_SPACE_AFTER = frozenset("([{«„“")


def split_sentences(documents: Iterable[Document]) -> list[Document]:
    """Split the sentences of documents where running text of the same tokens would be split."""
    return [
        Document(document.name, [part for sentence in document.sentences for part in _split(sentence)])
        for document in documents
    ]


def running_text(tokens: Sequence[str]) -> tuple[str, list[int]]:
    """Join tokens as they stand in running text: no space before a comma, nor after an opening bracket or quote.

    :returns: the text, and the start of each token in it.
    """
    text, starts = "", []
    quoted, glued = False, True  # within straight quotes; no space before the next token
    for token in tokens:
        closes = token == '"' and quoted
        if not (glued or closes or token in NO_SPACE_BEFORE):
            text += " "
        quoted ^= token == '"'
        glued = token in NO_SPACE_AFTER or (token == '"' and quoted)
        starts.append(len(text))
        text += token
    return text, starts


def _split(sentence: Sentence) -> list[Sentence]:
    text, starts = running_text(sentence.tokens)
    first_tokens = {start: position for position, start in enumerate(starts)}
    cuts = [0]
    for start, _ in sentence_spans(text):
        position = first_tokens.get(start, 0)
        if position > cuts[-1] and not sentence.tags[position].startswith("I-"):
            cuts.append(position)
    bounds = pairwise([*cuts, len(starts)])
    return [Sentence(sentence.tokens[first:last], sentence.tags[first:last]) for first, last in bounds]
