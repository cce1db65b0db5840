"""The page, written sentence by sentence."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tagger.formats import STANDARD_INPUT_NAME
from tagger.formats.html.escapes import plain, safe
from tagger.formats.html.style import STYLE
from tagger.formats.labels import LabelView, ScoredSpan
from tagger.formats.sentence import Sentence, running_text

MOST_FREQUENT = 20  # names of a label that are shown at the end without opening the rest
LINKED = 30  # places that a row of the list links to
GOLDEN_ANGLE = 137.5  # degrees between the hues of two labels: neighbours differ, however many labels there are
LEVELS = (5, 7, 9)  # tenths: entities with a lower score can be dimmed
# What labels mean: of NER-UK 1.0 and 2.0, and of the schemes that they are often mapped to.
MEANINGS = {
    "PERS": "особа",
    "PER": "особа",
    "PERSON": "особа",
    "LOC": "місце",
    "GPE": "країна, місто",
    "ORG": "організація",
    "MISC": "інше",
    "ART": "виріб, твір",
    "DATE": "дата",
    "DOC": "документ",
    "EVENT": "подія",
    "JOB": "посада",
    "MON": "гроші",
    "PCT": "відсотки",
    "PERIOD": "період",
    "QUANT": "кількість",
    "TECH": "техніка",
    "TIME": "час",
}


@dataclass(slots=True)
class _Name:
    """A row of the list at the end.

    :param number: of the row.
    :param places: numbers of the entities that the row links to.
    """

    number: int
    count: int = 0
    places: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    path: str
    entities: int = 0


class Page:
    """Writes a page sentence by sentence. Memory grows with the number of different names.

    :param labels: all labels that may occur, in the order of the legend.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._numbers = {label: number for number, label in enumerate(labels)}
        self._names: dict[tuple[str, str], _Name] = {}  # by label and base form, or spelling without one
        self._files: list[_File] = []
        self._entities = 0
        self._in_paragraph = False

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Return the bytes that a sentence adds. Each line of text, and each sentence of CoNLL, is a paragraph.

        :param path: the input's name, which becomes a heading; that of the first input is the title.
        """
        parts = []
        if not self._files:
            parts.append(self._head(path))
        if not self._files or path != self._files[-1].path:
            parts.append(self._end_paragraph())
            self._files.append(_File(path))
            if path != STANDARD_INPUT_NAME:
                parts.append(f'<h2 id="f{len(self._files)}">{safe(path)}</h2>\n')
        text, offsets = running_text(sentence)
        if text.strip():
            if not self._in_paragraph:
                parts.append('<p dir="auto">')
                self._in_paragraph = True
            done = 0
            for span in view.spans:
                start, end = offsets[span.start][0], offsets[span.end - 1][1]
                parts += (safe(text[done:start]), self._mark(text[start:end], span, bool(view.scores)))
                done = end
            parts.append(safe(text[done:]))
        if sentence.form != "text" or sentence.ending:  # otherwise the line continues
            parts.append(self._end_paragraph())
        return "".join(parts).encode()

    def finish(self) -> bytes:
        """Return the end of the page, or an empty page if nothing was written."""
        head = "" if self._files else self._head(STANDARD_INPUT_NAME)
        end = [self._end_paragraph(), *self._contents(), *self._tables(), "</body>\n</html>\n"]
        return "".join([head, *end]).encode()

    def _head(self, path: str) -> str:
        style, legend = [STYLE], []
        for label, number in self._numbers.items():
            hue = f"--hue: {(210 + number * GOLDEN_ANGLE) % 360:.0f}"
            unchecked = f"body:has(#c{number}:not(:checked)) p mark.c{number}"
            style.append(f".c{number} {{ {hue} }}\n")
            # clearing a label's box in the legend hides its marks
            style.append(f"{unchecked} {{ background: none; border: none; padding: 0 }}\n")
            style.append(f"{unchecked} b {{ display: none }}\n")
            legend.append(f'<label><input type="checkbox" id="c{number}" checked> {self._kind(label)}</label>')
        levels = ['<label><input type="radio" name="t" checked> ні · no</label>']
        for level in LEVELS:
            doubtful = ", ".join(f".s{tenth}" for tenth in range(level))
            style.append(f"body:has(#t{level}:checked) p :is({doubtful}) {{ opacity: .35 }}\n")
            levels.append(f'<label><input type="radio" name="t" id="t{level}"> &lt; 0.{level}</label>')
        title = "uk-tag" if path == STANDARD_INPUT_NAME else plain(os.path.basename(path))
        return (
            '<!DOCTYPE html>\n<html lang="uk">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>{''.join(style)}</style>\n</head>\n<body>\n<header>"
            '<nav><a href="#names">Назви · Names</a><a href="#files">Файли · Files</a></nav>\n'
            f"{' '.join(legend)}\n<div>Приглушити сумнівні · Dim the doubtful: {' '.join(levels)}</div></header>\n"
        )

    def _kind(self, label: str) -> str:
        """Return a label in its colour and, if it is known, what it means."""
        return f'<mark class="c{self._numbers[label]}">{safe(label)}</mark> {MEANINGS.get(label, "")}'.rstrip()

    def _mark(self, text: str, span: ScoredSpan, shown: bool) -> str:
        """Return an entity, which links to the row of its name.

        :param shown: whether its score is shown, and not only when a pointer is over it.
        """
        spelling = " ".join(text.split())
        key = span.label, span.lemma or spelling
        name = self._names.setdefault(key, _Name(len(self._names) + 1))
        self._entities += 1
        self._files[-1].entities += 1
        name.count += 1
        if len(name.places) < LINKED:
            name.places.append(self._entities)
        hover = [MEANINGS.get(span.label, span.label), *([span.lemma] if span.lemma else [])]
        kind, note = f"c{self._numbers[span.label]}", ""
        if span.score is not None:
            hover.append(f"{span.score:.2f}")
            kind += f" s{min(int(span.score * 10), 9)}"
            note = f" {span.score:.2f}" if shown else ""
        badge = f'<b><a href="#n{name.number}">{safe(span.label)}{note}</a></b>'
        return (
            f'<mark class="{kind}" id="e{self._entities}" title="{plain(", ".join(hover))}">{safe(text)}{badge}</mark>'
        )

    def _end_paragraph(self) -> str:
        end, self._in_paragraph = "</p>\n" if self._in_paragraph else "", False
        return end

    def _contents(self) -> Iterator[str]:
        """Yield the list of files, if there are several."""
        if len(self._files) < 2:
            return
        yield '<h2 id="files">Файли · Files</h2>\n<table>\n'
        for number, file in enumerate(self._files, 1):
            name = safe(file.path)
            link = name if file.path == STANDARD_INPUT_NAME else f'<a href="#f{number}">{name}</a>'
            yield f"<tr><td>{link}</td><td>{file.entities}</td></tr>\n"
        yield "</table>\n"

    def _tables(self) -> Iterator[str]:
        """Yield the names of each label, most frequent first."""
        if not self._names:
            return
        yield '<h2 id="names">Найчастіші назви · Most frequent</h2>\n<section>\n'
        for label in self._numbers:
            # equal counts are sorted by name, so that the list does not depend on the order of the text
            rows = sorted((-name.count, text, name.number) for (own, text), name in self._names.items() if own == label)
            if not rows:
                continue
            lines = [self._row(self._names[label, text], text) for _, text, _ in rows]
            yield f"<table><caption>{self._kind(label)} · {len(rows)}</caption>\n"
            yield from lines[:MOST_FREQUENT]
            yield "</table>\n"
            if rest := lines[MOST_FREQUENT:]:
                yield f"<details><summary>ще {len(rest)} · {len(rest)} more</summary><table>\n"
                yield from rest
                yield "</table></details>\n"
        yield "</section>\n"

    def _row(self, name: _Name, text: str) -> str:
        first, *others = name.places
        links = " ".join(f'<a href="#e{place}">{number}</a>' for number, place in enumerate(others, 2))
        more = "…" if name.count > len(name.places) else ""
        links = f"<small>{links}{more}</small>" if links else ""
        return (
            f'<tr id="n{name.number}"><td><a href="#e{first}">{safe(text)}</a>{links}</td><td>{name.count}</td></tr>\n'
        )
