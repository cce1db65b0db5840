"""Statistics of a data set: counts, sentence lengths, tags, labels, and the share of unseen words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tagger import tags as bio
from tagger.train.data.corpus import Document
from tagger.train.data.sources import all_sentences, fingerprint

QUANTILES = (0.5, 0.9, 0.99, 1.0)


def describe(documents: Sequence[Document]) -> dict[str, Any]:
    """Return the statistics of one split, JSON types only."""
    sentences = all_sentences(documents)
    lengths = np.array([len(sentence.tokens) for sentence in sentences])
    tags = Counter(tag for sentence in sentences for tag in sentence.tags)
    classes = Counter(span.label for sentence in sentences for span in bio.spans(sentence.tags))
    sources = Counter(document.source for document in documents)
    quantiles = {f"{quantile:g}": int(np.quantile(lengths, quantile, method="higher")) for quantile in QUANTILES}
    return {
        "documents": len(documents),
        "sentences": len(sentences),
        "tokens": int(lengths.sum()),
        "distinct_tokens": len({token for sentence in sentences for token in sentence.tokens}),
        "sentence_length": quantiles,
        "tags": dict(tags.most_common()),
        "entities": sum(classes.values()),
        "classes": dict(classes.most_common()),
        "sources": dict(sorted(sources.items())),
        "fingerprint": fingerprint(documents),
    }


def unseen(documents: Sequence[Document], training: Sequence[Document]) -> dict[str, float]:
    """Return the shares of all words, and of words within entities, that training does not have in this spelling."""
    known = {token for sentence in all_sentences(training) for token in sentence.tokens}
    words = [
        (token, tag != bio.OUTSIDE)
        for sentence in all_sentences(documents)
        for token, tag in zip(sentence.tokens, sentence.tags, strict=True)
    ]
    inside = [token for token, within in words if within]
    return {
        "unseen_words": round(sum(token not in known for token, _ in words) / len(words), 4),
        "unseen_entity_words": round(sum(token not in known for token in inside) / len(inside), 4) if inside else 0.0,
    }


def table(splits: Mapping[str, Mapping[str, Any]]) -> str:
    """Format the statistics of several splits for reading."""
    lines = []
    for name, statistics in splits.items():
        lines.append(name)
        lines += [f"  {key.replace('_', ' '):<22}{_cell(value)}" for key, value in statistics.items()]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{label or '(none)'} {count:,}" for label, count in value.items())
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1%}" if isinstance(value, float) else str(value)
