"""Annotated text in JSON, with entities as offsets: the exports of annotation tools, and `uk-tag -O jsonl`.

An object (of doccano, Prodigy or Label Studio) holds a text and its entities. Objects stand one on a line (JSON Lines)
or in one array. The text is split into the sentences and tokens of running text, as `uk-tag --sentences` does, so that
a tagger learns the tokens that it will see.

Sources: <https://doccano.github.io/doccano/tutorial/>, <https://prodi.gy/docs/api-interfaces#ner_manual>,
<https://labelstud.io/guide/export>.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tagger import tags as bio
from tagger.errors import DataError
from tagger.text.tokenizer import sentence_ranges, token_spans
from tagger.train.data.corpus import Document, Sentence

JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*\{)")  # a CoNLL line may start with a lone bracket
# of Prodigy; of doccano and the short form of Label Studio; of doccano and uk-tag
ENTITY_KEYS = ("spans", "label", "labels", "entities")
REFUSED = ("reject", "ignore")  # answers of an annotator of Prodigy
WIDENED, DROPPED = "were widened to whole tokens", "overlap another and are left out (the longer one stays)"


class Entity(NamedTuple):
    """A label of a range of a text, in code points, `end` exclusive."""

    start: int
    end: int
    label: str


def is_json(path: str | Path) -> bool:
    """Tell whether a file starts like objects of JSON. False if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return bool(JSON_START.match(file.read(1 << 12)))
    except OSError:
        return False


def read_spans(path: str | Path, log: Callable[[str], None] = lambda line: None) -> list[Document]:
    """Read a file of texts with entities; each text is a document.

    Spaces at the ends of an entity are ignored. An entity that ends within a token is widened to the whole token. Of
    entities that overlap, the longest is kept, as the tags of a sentence are flat.

    :param log: called with a line for each kind of entity that was changed, if there is any.
    :raises DataError: the file cannot be read, is not JSON in UTF-8, or has an object without a text, without entities,
        or with an entity that is not in its text.
    """
    path = str(path)
    documents: list[Document] = []
    changed: Counter[str] = Counter()
    for number, line, content in _objects(path):
        try:
            read = _text_and_entities(content)
            if read is not None:
                text, entities = read
                sentences = _sentences(text, [_checked(text, entity) for entity in entities], changed)
                documents.append(Document(f"{Path(path).stem}#{number}", sentences))
        except ValueError as error:
            where = "" if line else f"object {number}: "
            raise DataError(f"{where}{error}", path=path, line=line) from None
    documents = [document for document in documents if document.sentences]
    if not documents:
        raise DataError("no text in this file that an annotator has finished; give one with texts", path=path)
    for kind in (WIDENED, DROPPED):
        if changed[kind]:
            log(f"{path}: entities that {kind}: {changed[kind]:,}")
    return documents


def _objects(path: str) -> Iterator[tuple[int, int | None, Any]]:
    """Yield the number from 1, the line if there is one per line, and the content of each object."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=path) from None
    except UnicodeDecodeError as error:
        raise DataError(f"byte {error.start + 1} is not UTF-8; save the file as UTF-8", path=path) from None
    if text.lstrip().startswith("["):
        try:
            yield from ((number, None, content) for number, content in enumerate(json.loads(text), 1))
        except json.JSONDecodeError as error:
            raise DataError(f"{error.msg}; export the file once more", path=path, line=error.lineno) from None
        return
    number = 0
    for line_number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            number += 1
            try:
                content = json.loads(line)
            except json.JSONDecodeError as error:
                message = f"{error.msg}; write one object on each line (JSON Lines), or all in one array"
                raise DataError(message, path=path, line=line_number) from None
            yield number, line_number, content


def _text_and_entities(content: Any) -> tuple[str, list[Any]] | None:
    """Return the text and the entities of an object; None if the annotator refused or has not finished it.

    :raises ValueError: there is neither.
    """
    if not isinstance(content, dict):
        raise ValueError('this is no object; write {"text": ..., "spans": [...]}')
    if content.get("answer") in REFUSED:
        return None
    if isinstance(content.get("data"), dict):
        return _label_studio(content)
    text = content.get("text")
    if not isinstance(text, str):
        raise ValueError('there is no "text"; write {"text": ..., "spans": [{"start": ..., "end": ..., "label": ...}]}')
    for key in ENTITY_KEYS:
        if isinstance(content.get(key), list):
            return text, content[key]
    raise ValueError(f"there are no entities; write them as a list under one of: {', '.join(ENTITY_KEYS)}")


def _label_studio(task: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    """Return the text and the entities of a task of Label Studio: of the first annotation that was not cancelled."""
    made = [own for own in task.get("annotations") or task.get("completions") or [] if not own.get("was_cancelled")]
    if not made:
        return None
    texts = [value for value in task["data"].values() if isinstance(value, str)]
    text = task["data"].get("text", texts[0] if len(texts) == 1 else None)
    if not isinstance(text, str):
        raise ValueError('its "data" has no "text"; export text tasks, with the text under "text"')
    return text, [own["value"] for own in made[0].get("result", []) if "labels" in own.get("value", {})]


def _checked(text: str, entity: Any) -> Entity:
    """Return an entity, without the spaces at its ends.

    :raises ValueError: it has no offsets and label, or is not in the text.
    """
    start, end, label, own = _fields(entity)
    in_text = 0 <= start < end <= len(text)
    if own is not None and not (in_text and text[start:end] == own):
        # Label Studio counts as browsers do, in units of UTF-16, where an emoji is two
        wide = text.encode("utf-16-le", "surrogatepass")
        if wide[2 * start : 2 * end] != own.encode("utf-16-le", "surrogatepass"):
            raise ValueError(f"the entity {own!r} is not at {start} to {end} of the text; export the file once more")
        start = len(wide[: 2 * start].decode("utf-16-le", "surrogatepass"))
        end = start + len(own)
    elif not in_text:
        raise ValueError(f"the entity {start} to {end} is not in the text, which has {len(text)} characters")
    inner = text[start:end]
    start, end = start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())
    if start >= end:
        raise ValueError(f"the entity at {start} is white space; remove it")
    return Entity(start, end, label)


def _fields(entity: Any) -> tuple[int, int, str, str | None]:
    """Return start, end, label and, if it is stated, the text of an entity.

    :raises ValueError: one of the first three is missing.
    """
    if isinstance(entity, list) and len(entity) == 3:  # doccano: [0, 5, "PERS"]
        entity = dict(zip(("start", "end", "label"), entity, strict=True))
    if isinstance(entity, dict):
        start, end = (entity.get(key, entity.get(f"{key}_offset")) for key in ("start", "end"))
        label = entity.get("label") or next(iter(entity.get("labels") or ()), None)
        text = entity.get("text")
        if type(start) is int and type(end) is int and isinstance(label, str) and re.fullmatch(r"\S+", label):
            return start, end, label, text if isinstance(text, str) else None
    shown = json.dumps(entity, ensure_ascii=False)[:80]
    raise ValueError(f"the entity {shown} has no start, end and label (whole numbers, and a name without spaces)")


def _sentences(text: str, entities: Sequence[Entity], changed: Counter[str]) -> list[Sentence]:
    """Split a text into tagged sentences. Where one would end within an entity, it goes on.

    :param changed: counts entities that were widened or dropped.
    """
    sentences = []
    for first, last in _joined(sentence_ranges(text), entities):
        offsets = [(first + start, first + end) for start, end in token_spans(text[first:last])]
        chosen = [entity for entity in entities if first <= entity.start < last]
        free = [True] * len(offsets)
        spans = []
        for entity in sorted(chosen, key=lambda entity: (entity.start - entity.end, entity.start)):
            inside = [index for index, (start, end) in enumerate(offsets) if start < entity.end and end > entity.start]
            if inside and all(free[index] for index in inside):
                changed[WIDENED] += (offsets[inside[0]][0], offsets[inside[-1]][1]) != entity[:2]
                spans.append(bio.Span(inside[0], inside[-1] + 1, entity.label))
                for index in inside:
                    free[index] = False
            else:
                changed[DROPPED] += 1
        if offsets:
            tokens = tuple(text[start:end] for start, end in offsets)
            sentences.append(Sentence(tokens, tuple(bio.write(sorted(spans), len(tokens)))))
    return sentences


def _joined(ranges: Iterable[tuple[int, int]], entities: Sequence[Entity]) -> Iterator[tuple[int, int]]:
    """Join neighbouring ranges if an entity begins in one and ends in the next."""
    begin: int | None = None
    for start, end in ranges:
        begin = start if begin is None else begin
        if not any(entity.start < end < entity.end for entity in entities):
            yield begin, end
            begin = None
    if begin is not None:
        yield begin, end
