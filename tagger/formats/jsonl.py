"""JSON Lines: one object a sentence, with offsets in Unicode code points, from 0, end exclusive, into its own text."""

import json
from typing import Any

from tagger.formats.sentence import Sentence, running_text
from tagger.labels import View


def json_line(sentence: Sentence, view: View) -> bytes:
    """`{"text": ..., "tokens": [[start, end], ...], "entities": [{"start", "end", "label", "text", "score"}, ...]}`.

    Of a line, or with `--sentences` a sentence, that is too long to be held there are several objects. All but the first have an `offset`: where their text
    begins in the whole, from which their places are counted, too.

    A byte that is not UTF-8 becomes U+FFFD, which is one code point, as it was: offsets hold.
    """
    if not sentence.tokens and sentence.form != "text":
        return b""
    text, offsets = running_text(sentence)
    entities, own = [], sentence.after
    for span in view.spans:
        start, end = offsets[span.start][0], offsets[span.end - 1][1]
        entity = {"start": own + start, "end": own + end, "label": span.label, "text": text[start:end]}
        if span.score is not None:
            entity["score"] = round(span.score, 4)
        entities.append(entity)
    places = [(own + start, own + end) for start, end in offsets] if own else offsets
    value: dict[str, Any] = {"text": text, **({"offset": own} if own else {}), "tokens": places, "entities": entities}
    line = json.dumps(value, ensure_ascii=False)
    return _without_surrogates(line).encode() + b"\n"


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text
