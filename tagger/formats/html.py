"""An HTML page: the text with its entities in colour, a legend, and the most frequent names at the end.

The page is one file without scripts or network access, so it can be sent by mail. All of the text is escaped.
Characters that are invisible, or change the order of others, are shown as code points, such as U+202E; bytes that are
not UTF-8 become U+FFFD. The page is written sentence by sentence, so an interrupted run leaves a readable page.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from tagger.formats import STANDARD_INPUT_NAME
from tagger.formats.labels import LabelView
from tagger.formats.sentence import Sentence, running_text

MOST_FREQUENT = 20  # names of a label in the list at the end
GOLDEN_ANGLE = 137.5  # degrees between the hues of two labels: neighbours differ, however many labels there are
REPLACEMENT = "\ufffd"
SURROGATES = re.compile("[\ud800-\udfff]")
# Control characters and noncharacters, which HTML forbids, and invisible characters: soft hyphens, fillers, zero-width
# spaces, direction marks, tags. The joiner U+200D stays within emoji.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
)

# Long rules go on in the next line after a backslash.
STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1f; --faint: #5f6168; --rule: #d9dae0; \
--tint: 75%; --shade: 88%; --strong: 34%; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17181c; --ink: #e6e6ea; --faint: #a0a2ab; --rule: #3a3c44; \
--tint: 45%; --shade: 25%; --strong: 76%; }
}
body { margin: 0 auto; padding: 0 1.25rem 3rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.75 Georgia, "Noto Serif", "DejaVu Serif", serif; overflow-wrap: anywhere; }
header { position: sticky; top: 0; z-index: 1; margin-bottom: 1.2rem; padding: .6rem 0; background: var(--paper); \
border-bottom: 1px solid var(--rule); }
header, mark b, h2, table, footer { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header label { margin-right: 1.1rem; white-space: nowrap; font-size: .9rem; cursor: pointer; }
h2 { margin: 2rem 0 .5rem; font-size: 1rem; color: var(--faint); }
p { margin: 0 0 .8rem; white-space: pre-wrap; }
mark { padding: .1em .25em; border-radius: .3em; color: inherit; background: hsl(var(--hue) var(--tint) var(--shade));
  border-bottom: 2px solid hsl(var(--hue) 60% var(--strong));
  -webkit-box-decoration-break: clone; box-decoration-break: clone; \
-webkit-print-color-adjust: exact; print-color-adjust: exact; }
mark b { margin-left: .4em; font-size: .62em; font-weight: 600; letter-spacing: .04em; vertical-align: .15em;
  color: hsl(var(--hue) 60% var(--strong)); user-select: none; }
.code { font: .7em ui-monospace, "DejaVu Sans Mono", monospace; color: var(--faint); unicode-bidi: isolate; }
section { columns: 2; column-gap: 2.5rem; }
table { width: 100%; margin-bottom: 1.5rem; break-inside: avoid; border-collapse: collapse; \
font-size: .9rem; line-height: 1.5; }
caption { text-align: left; } td { border-top: 1px solid var(--rule); vertical-align: top; }
td + td { width: 4em; text-align: right; font-variant-numeric: tabular-nums; color: var(--faint); }
footer { margin-top: 2rem; font-size: .85rem; color: var(--faint); }
@media (max-width: 40rem) { section { columns: 1; } }
@media print { :root { --paper: #fff; --ink: #000; --faint: #444; --rule: #bbb; \
--tint: 75%; --shade: 90%; --strong: 30%; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  header { position: static; } header input { display: none; } p { orphans: 2; widows: 2; } }
"""


class Page:
    """Writes a page sentence by sentence.

    :param labels: all labels that may occur, in the order of the legend.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._numbers = {label: number for number, label in enumerate(labels)}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._path: str | None = None
        self._in_paragraph = False

    def write(self, path: str, sentence: Sentence, view: LabelView) -> bytes:
        """Return the bytes that a sentence adds. Each line of text, and each sentence of CoNLL, is a paragraph.

        :param path: the input's name, which becomes a heading.
        """
        parts = []
        if self._path is None:
            parts.append(self._head())
        if path != self._path:
            parts += (self._end_paragraph(), "" if path == STANDARD_INPUT_NAME else f"<h2>{safe(path)}</h2>\n")
            self._path = path
        text, offsets = running_text(sentence)
        if text.strip():
            if not self._in_paragraph:
                parts.append('<p dir="auto">')
                self._in_paragraph = True
            done = 0
            for span in view.spans:
                start, end = offsets[span.start][0], offsets[span.end - 1][1]
                parts += (
                    safe(text[done:start]),
                    self._mark(text[start:end], span.label, span.score if view.scores else None, span.lemma),
                )
                done = end
            parts.append(safe(text[done:]))
        if sentence.form != "text" or sentence.ending:  # otherwise the line continues
            parts.append(self._end_paragraph())
        return "".join(parts).encode()

    def finish(self) -> bytes:
        """Return the end of the page, or an empty page if nothing was written."""
        head = self._head() if self._path is None else ""
        return "".join([head, self._end_paragraph(), *self._tables(), "</body>\n</html>\n"]).encode()

    def _head(self) -> str:
        style, legend = [STYLE], []
        for label, number in self._numbers.items():
            hue = f"--hue: {(210 + number * GOLDEN_ANGLE) % 360:.0f}"
            unchecked = f"body:has(#c{number}:not(:checked)) p mark.c{number}"
            style.append(f".c{number} {{ {hue} }}\n")
            # clearing a label's box in the legend hides its marks
            style.append(f"{unchecked} {{ background: none; border: none; padding: 0 }}\n")
            style.append(f"{unchecked} b {{ display: none }}\n")
            mark = f'<mark class="c{number}">{safe(label)}</mark>'
            legend.append(f'<label><input type="checkbox" id="c{number}" checked> {mark}</label>')
        return (
            '<!DOCTYPE html>\n<html lang="uk">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>uk-tag</title>\n<style>{''.join(style)}</style>\n</head>\n"
            f"<body>\n<header>{' '.join(legend)}</header>\n"
        )

    def _mark(self, text: str, label: str, score: float | None, lemma: str | None) -> str:
        self._counts[label, " ".join(text.split()) if lemma is None else lemma] += 1
        note = "" if score is None else f" {score:.2f}"
        # an attribute cannot hold the elements of `safe`
        hover = "" if lemma is None else f' title="{UNSEEN.sub("", escape(SURROGATES.sub(REPLACEMENT, lemma)))}"'
        return f'<mark class="c{self._numbers[label]}"{hover}>{safe(text)}<b>{safe(label)}{note}</b></mark>'

    def _end_paragraph(self) -> str:
        end, self._in_paragraph = "</p>\n" if self._in_paragraph else "", False
        return end

    def _tables(self) -> Iterator[str]:
        if not self._counts:
            return
        yield "<h2>Найчастіші назви · Most frequent</h2>\n<section>\n"
        for label, number in self._numbers.items():
            # equal counts are sorted by name, so that the list does not depend on the order of the text
            rows = sorted(((-count, text) for (own, text), count in self._counts.items() if own == label))
            if rows:
                yield f'<table><caption><mark class="c{number}">{safe(label)}</mark> {len(rows)}</caption>\n'
                yield from (
                    f"<tr><td>{safe(text)}</td><td>{-count}</td></tr>\n" for count, text in rows[:MOST_FREQUENT]
                )
                yield "</table>\n"
        yield "</section>\n"


def safe(text: str) -> str:
    """Escape text for a page: nothing in it is mark-up, and invisible characters are shown as code points."""
    return UNSEEN.sub(_number, escape(SURROGATES.sub(REPLACEMENT, text)))


def _number(found: re.Match[str]) -> str:
    return f'<span class="code">⟨U+{ord(found[0]):04X}⟩</span>'
