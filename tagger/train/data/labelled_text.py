"""Text that a teacher labelled: tokens with a probability for each tag, as one `.npz` file.

The file holds `tokens` (uint8: UTF-8 tokens joined by line feeds), `lengths` (sentences,), `probabilities` (tokens, tags) float16, `tags`, and for
the record `document` (sentences,) and `source`; on request also `states` (tokens, width) float16, what a teacher holds at each token, and `basis`, a
digest of what its figures mean.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tagger.decode import Transitions, viterbi_padded
from tagger.errors import DataError
from tagger.train.data.corpus import DISTINCTIVE_TOKENS, Document
from tagger.train.student.dataset import Arrays, number_words
from tagger.vocabulary import Vocabulary

CHUNK = 512  # sentences decoded at once


@dataclass(slots=True)
class SoftText:
    """Sentences with soft labels.

    *Shape:* probabilities (tokens, tags), float16, rows sum to about 1; states (tokens, width), float16, or `None` where the file has none.
    """

    sentences: list[list[str]]
    probabilities: np.ndarray
    tags: list[str]
    fingerprint: str
    states: np.ndarray | None = None
    basis: str = ""


def read_soft(path: str | Path, *, states: bool = False) -> SoftText:
    """Read such a file, on request with the states that it may have. Raises DataError where it cannot be read or its parts do not fit together."""
    try:
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        with np.load(path, allow_pickle=False) as content:
            tokens = content["tokens"].tobytes().decode("utf-8").split("\n")
            lengths = content["lengths"]
            probabilities = content["probabilities"]
            tags = [str(tag) for tag in content["tags"]]
            held, basis = (content["states"], str(content["basis"])) if states and "states" in content.files else (None, "")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(path)) from None
    except Exception as error:  # a zip archive cut short, a missing part, text that is not UTF-8
        raise DataError(f"this is no text with soft labels ({error!r}); make it with `uk-tag-train teacher label`", path=str(path)) from None
    if len(tokens) != lengths.sum() or probabilities.shape != (len(tokens), len(tags)):
        raise DataError(f"{len(tokens)} tokens, lengths for {lengths.sum()}, probabilities {probabilities.shape}: they do not fit together", path=str(path))
    if held is not None and (held.ndim != 2 or len(held) != len(tokens)):
        raise DataError(f"{len(tokens)} tokens, states {held.shape}: they do not fit together", path=str(path))
    ends = np.cumsum(lengths).tolist()
    starts = [0, *ends[:-1]]
    return SoftText([tokens[start:end] for start, end in zip(starts, ends, strict=True)], probabilities, tags, digest, held, basis)


def check_states(texts: Sequence[SoftText], paths: Sequence[str]) -> None:
    """Raise DataError where no text has states, or where those of two cannot be compared."""
    bases = {text.basis for text in texts if text.states is not None}
    where = ", ".join(paths) or None
    if not bases:
        raise DataError("no text has a teacher's states; write them with `uk-tag-train teacher label --states`, or train without --guidance", path=where)
    if len(bases) > 1:
        raise DataError("states of different teachers or runs; write all of them with one `uk-tag-train teacher label --states`", path=where)


def without(text: SoftText, documents: list[Document]) -> SoftText:
    """Drop the sentences that stand in these documents, so that a development set stays unseen."""
    known = {sentence.tokens for document in documents for sentence in document.sentences if len(sentence.tokens) >= DISTINCTIVE_TOKENS}
    keep = np.array([tuple(sentence) not in known for sentence in text.sentences])
    lengths = np.array([len(sentence) for sentence in text.sentences])
    sentences = [sentence for sentence, kept in zip(text.sentences, keep, strict=True) if kept]
    stay = np.repeat(keep, lengths)
    states = None if text.states is None else text.states[stay]
    return SoftText(sentences, text.probabilities[stay], text.tags, text.fingerprint, states, text.basis)


def to_arrays(text: SoftText, vocabulary: Vocabulary, tags: list[str], weight: float, *, forms: bool = False) -> Arrays:
    """Number the text; hard tags are the best legal sequence under the soft ones.

    :param tags: tags by number; soft labels of other tags make a DataError.
    :param weight: how much one of these sentences counts in the loss.
    """
    if strange := sorted(set(text.tags) - set(tags)):
        raise DataError(f"the soft labels have tags that the training data has not: {', '.join(strange)}")
    probabilities = np.zeros((len(text.probabilities), len(tags)), np.float16)
    probabilities[:, [tags.index(tag) for tag in text.tags]] = text.probabilities
    hard = _best_tags(probabilities, np.fromiter(map(len, text.sentences), np.int64), Transitions.legal(tags))
    arrays = number_words(text.sentences, vocabulary, hard, np.full(len(text.sentences), weight, np.float32), forms=forms)
    arrays.soft, arrays.states = probabilities, text.states
    return arrays


def _best_tags(probabilities: np.ndarray, lengths: np.ndarray, transitions: Transitions) -> np.ndarray:
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    best = np.zeros(len(probabilities), np.int16)
    order = np.argsort(lengths, kind="stable")
    for begin in range(0, len(order), CHUNK):
        chosen = order[begin : begin + CHUNK]
        position = np.arange(int(lengths[chosen].max()))[:, None]
        inside = position < lengths[chosen]
        token = np.where(inside, starts[chosen] + position, 0)
        emissions = np.log(probabilities[token].astype(np.float32) + 1e-6)
        best[token[inside]] = viterbi_padded(emissions, lengths[chosen], transitions)[inside]
    return best
