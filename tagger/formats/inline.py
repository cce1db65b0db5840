"""The text itself with its entities in elements: `<PERS>Леся Українка</PERS>`.

`&`, `<` and `>` of the text become `&amp;`, `&lt;` and `&gt;`, so without the elements, and with these three put back, it is the text again.
"""

from tagger.formats.sentence import Sentence, encode, running_text
from tagger.labels import View

ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def inline_line(sentence: Sentence, view: View) -> bytes:
    """The line of a sentence, with the line's own end; with scores, an attribute `score`. What is made of CoNLL has no byte order mark."""
    if not sentence.tokens and sentence.form != "text":
        return b""
    text, offsets = running_text(sentence)
    parts, place = [], 0
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        score = "" if span.score is None or not view.scores else f' score="{span.score:.4f}"'
        parts += (text[place:start].translate(ESCAPES), f"<{span.label}{score}>", text[start:end].translate(ESCAPES), f"</{span.label}>")
        place = end
    parts.append(text[place:].translate(ESCAPES))
    line = encode("".join(parts))
    return sentence.prefix + line + sentence.ending if sentence.form == "text" else line + b"\n"
