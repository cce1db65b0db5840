"""Scores of teachers: strict precision, recall and F1 by entity."""

from collections.abc import Mapping, Sequence

import numpy as np

from tagger import tags as bio
from tagger.train.data.corpus import Document
from tagger.train.data.labelled_text import best_tags
from tagger.train.data.perturbations import STANDARD_PERTURBATIONS, perturbed
from tagger.train.evaluation.metrics import Report, score
from tagger.train.teacher.label import CORE, MARGIN, Labeller, tag_probabilities
from tagger.train.teacher.plain_text import plain_documents


def predict(
    teachers: Sequence[Labeller], documents: Sequence[Document], core: int = CORE, margin: int = MARGIN
) -> list[list[str]]:
    """Return the best legal tags of every sentence under the teachers' mean probabilities."""
    tags = teachers[0].tags
    predicted = []
    for sentences in tag_probabilities(teachers, plain_documents(documents), core, margin):
        lengths = [len(rows) for rows in sentences]
        best = [tags[number] for number in best_tags(np.concatenate(sentences), lengths, tags)]
        ends = np.cumsum(lengths).tolist()
        predicted += [best[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    return predicted


def evaluate(
    teachers: Sequence[Labeller],
    documents: Sequence[Document],
    core: int = CORE,
    margin: int = MARGIN,
    mapping: Mapping[str, str] | None = None,
) -> Report:
    """Score the mean of some teachers, strictly by entity.

    :param mapping: labels of the teachers to rename before they are compared; `O` drops one.
    """
    gold = [sentence.tags for document in documents for sentence in document.sentences]
    predicted = [bio.rename(tags, mapping or {}) for tags in predict(teachers, documents, core, margin)]
    return score(gold, predicted)


def evaluate_robustness(
    teachers: Sequence[Labeller], documents: Sequence[Document], mapping: Mapping[str, str] | None = None
) -> dict[str, Report]:
    """Return reports by name: `all`, `single sentences` without context, and one per standard perturbation.

    :param mapping: as in :func:`evaluate`.
    """
    reports = {
        "all": evaluate(teachers, documents, mapping=mapping),
        "single sentences": evaluate(teachers, documents, 1, 0, mapping),
    }
    for name, change in STANDARD_PERTURBATIONS.items():
        reports[name] = evaluate(teachers, perturbed(documents, change), mapping=mapping)
    return reports
