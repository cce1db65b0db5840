"""Both metrics of a network or of a model file on documents, and all that tables and plots show of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from tagger.decode import viterbi_padded
from tagger.train.data.corpus import Document
from tagger.train.data.sources import all_sentences
from tagger.train.evaluation.bootstrap import intervals
from tagger.train.evaluation.breakdown import by_length, by_seen, name_counts
from tagger.train.evaluation.metrics import score
from tagger.train.student.dataset import Arrays, batches
from tagger.train.student.network import Network
from tagger.train.study.metric import sentence_means

BATCH = 64  # sentences
DIGITS = 5  # of figures in records


@dataclass(slots=True)
class Prediction:
    """The best legal tags of each sentence, in the corpus' order, and the mean loss of a token."""

    tags: list[list[str]]
    loss: float


def predict(network: Network, arrays: Arrays, tags: Sequence[str]) -> Prediction:
    """Tag a numbered corpus, without dropout. The loss is that of training: the chain's where there is one, else cross-entropy."""
    device = network.output.weight.device
    transitions = network.chain.transitions()
    order = np.argsort(arrays.lengths, kind="stable")
    plan = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    found: list[list[str]] = [[]] * len(order)
    loss = 0.0
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        for chosen, batch in zip(plan, batches(arrays, plan), strict=True):
            batch = batch.to(device)
            emissions = network(batch.features, batch.index, batch.lengths)
            if network.settings.output == "crf":
                loss += network.chain.negative_log_likelihood(emissions, batch.tags, batch.lengths).sum().item()
            else:
                inside = torch.arange(len(batch.index), device=device)[:, None] < batch.lengths
                losses = F.cross_entropy(emissions.flatten(0, 1), batch.tags.flatten(), reduction="none").view_as(inside)
                loss += (losses * inside).sum().item()
            lengths = arrays.lengths[chosen]
            paths = viterbi_padded(emissions.float().cpu().numpy(), lengths, transitions)
            for column, (sentence, length) in enumerate(zip(chosen, lengths, strict=True)):
                found[sentence] = [tags[number] for number in paths[:length, column]]
    network.train(was_training)
    return Prediction(found, loss / len(arrays.words))


def brief(gold: Sequence[Sequence[str]], prediction: Prediction, tags: Sequence[str]) -> dict[str, float]:
    """What an epoch's record says of a part: loss, both metrics."""
    figures = {"loss": prediction.loss, "f1": score(gold, prediction.tags).micro.f1, "mean_f1": sentence_means(gold, prediction.tags, tags).mean_f1}
    return rounded(figures)


def in_full(documents: Sequence[Document], predicted: Sequence[Sequence[str]], tags: Sequence[str], names: Sequence[Document], stratum: str) -> dict:
    """All that the report says of tags of documents, JSON types only.

    :param names: the documents by whose names a name counts as seen.
    :param stratum: what the bootstrap draws: `documents`, or `sentences` where documents are not known.
    """
    sentences = all_sentences(documents)
    gold, tokens = [sentence.tags for sentence in sentences], [sentence.tokens for sentence in sentences]
    owners = [document.name for document in documents for _ in document.sentences] if stratum == "documents" else range(len(sentences))
    report = score(gold, predicted)
    known = all_sentences(names)
    seen = name_counts([sentence.tokens for sentence in known], [sentence.tags for sentence in known])
    low, high = intervals(gold, predicted, owners)
    micro = report.micro
    content = {
        "f1": micro.f1,
        "precision": micro.precision,
        "recall": micro.recall,
        "low": low,
        "high": high,
        "stratum": stratum,
        "classes": {label: counts.as_dict() for label, counts in sorted(report.classes.items())},
        "confusion": {f"{gold} > {guess}": count for (gold, guess), count in sorted(report.confusion.items())},
        "by_length": {name: part.micro.as_dict() for name, part in by_length(gold, predicted).items()},
        "by_seen": {name: counts.as_dict() for name, counts in by_seen(tokens, gold, predicted, seen).items()},
        **sentence_means(gold, predicted, tags).as_dict(),
    }
    return rounded(content)


def rounded(content: object):
    """The same with every float cut to :data:`DIGITS` behind the point."""
    if isinstance(content, Mapping):
        return {key: rounded(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [rounded(value) for value in content]
    return round(content, DIGITS) if isinstance(content, float) else content


def gold_of(documents: Sequence[Document]) -> Iterator[tuple[str, ...]]:
    """The tags of each sentence."""
    return (sentence.tags for sentence in all_sentences(documents))
