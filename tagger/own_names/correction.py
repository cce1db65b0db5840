"""Puts the user's own names into the tags of a window, before the tags are seen by anything else."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np

from tagger.own_names.lists import NameLists
from tagger.own_names.matcher import Matcher, Token
from tagger.tags import OUTSIDE, tag_set


class Correction:
    """Corrects the tags of a model by lists of names.

    :param tags: the tags of the model.
    :ivar tags: the same, and after them those of labels that only the list has.
    :ivar inflects: whether names are found in all case forms.
    :ivar base_of: see :meth:`tagger.own_names.matcher.Matcher.base_of`.
    :raises PackageError: pymorphy3 is broken.
    """

    def __init__(self, lists: NameLists, tags: Sequence[str]) -> None:
        self._matcher = Matcher(lists)
        self.inflects = self._matcher.inflects
        self.base_of = self._matcher.base_of
        self.tags = list(dict.fromkeys([*tags, *tag_set(name.label for name in lists.names)]))
        self._outside = self.tags.index(OUTSIDE)
        self._begin = {tag[2:]: number for number, tag in enumerate(self.tags) if tag.startswith("B-")}
        self._inside = {tag[2:]: number for number, tag in enumerate(self.tags) if tag.startswith("I-")}
        self._is_inside = [tag.startswith("I-") for tag in self.tags] + [False]  # and words without a tag

    def apply(
        self,
        tokens: Sequence[Token],
        starts: np.ndarray,
        lengths: np.ndarray,
        tags: np.ndarray,
        probabilities: np.ndarray | None,
        continuation: np.ndarray | None,
        cells: Sequence[int] = (),
    ) -> None:
        """Change the tags of sentences in place. What is changed has probability 1.

        A model's entity that overlaps a listed name is no entity any more; nor is one that is a forbidden name.

        :param tokens, starts, lengths: see :meth:`tagger.inference.engine.Engine.submit`.
        :param tags, probabilities, continuation: see :class:`tagger.inference.window.Window`, with a column for each of
            our tags.
        :param cells: see :meth:`tagger.inference.engine.Engine.submit`; no name goes over the beginning of a cell.
        """
        ends, inside = (starts + lengths).tolist(), self._is_inside
        values = tags.tolist()  # single numbers are read and written faster than in an array

        def end_of(indexes: Iterable[int]) -> list[int]:
            own = list(indexes)
            places = np.searchsorted(starts, np.array(own, np.int64), "right") - 1
            found = [ends[place] if place >= 0 else 0 for place in places.tolist()]
            if not cells:
                return found
            following = (cells[at] if (at := bisect_right(cells, index)) < len(cells) else len(values) for index in own)
            return list(map(min, found, following))

        def write(start: int, end: int, label: str | None) -> None:
            numbers = [self._outside] * (end - start)
            if label is not None:
                numbers = [self._begin[label], *[self._inside[label]] * (end - start - 1)]
            values[start:end] = numbers
            if probabilities is not None and continuation is not None:
                probabilities[start:end], continuation[start:end] = 0, 0
                probabilities[range(start, end), numbers] = 1
                if label is not None:
                    continuation[range(start, end - 1), numbers[:-1]] = 1

        names, forbidden = self._matcher.find(tokens, end_of)
        for start, end, label in names:
            first, last = start, end
            while first > 0 and inside[values[first]]:
                first -= 1
            while last < len(values) and inside[values[last]]:
                last += 1
            write(first, last, None)
            write(start, end, label)
        for start, end, label in forbidden:
            own = self.tags[values[start]]
            goes_on = end < len(values) and inside[values[end]]
            whole = all(inside[value] for value in values[start + 1 : end]) and not goes_on
            if own.startswith("B-") and whole and label in ("", own[2:]):
                write(start, end, None)
        tags[:] = values
