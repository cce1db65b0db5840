"""Documents: what is found in one sentence helps in another; the same document gets the same tags on any way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger import Tagger
from tagger.inference.documents import document as documents
from tagger.inference.documents.document import Document, annotate_document
from tagger.inference.documents.evidence import HIGHEST, WEIGHT, Evidence
from tagger.inference.window import Window
from tagger.tags import spans
from tagger.text.stems import stem

TAGS = ["O", "B-PERS", "I-PERS", "B-LOC", "I-LOC"]
# A story in which the model misses names at the start of sentences, and knows them elsewhere.
STORY = """Я довго чекав на Мокрину Іванівну . Потім зайшов Остап Вишня і сів поруч із Мокриною Іванівною .
Мокрина мовчала . Учора Остап Вишня приїхав із Косова , де живе його мати .
Косів стоїть у горах . Дорога з Косова до Києва довга . Остап втомився .
Вишня нічого не відповів . Горе було велике . Таке горе буває раз . Мокрина заплакала .
Наступного дня професор Мокрина Іванівна поїхала до Косова . У Косові йшов дощ . Косів спав .""".split("\n")


def found(tagger, text, **settings):
    return [(entity.text, entity.label) for entity in tagger(text, **settings)]


def window_of(sentences, probability=0.9):
    """Return tokens and a decoded window; each sentence is a list of (token, tag)."""
    tokens = [token for sentence in sentences for token, _ in sentence]
    tags = [tag for sentence in sentences for _, tag in sentence]
    numbers = np.array([TAGS.index(tag) for tag in tags], np.int32)
    lengths = np.array([len(sentence) for sentence in sentences], np.int64)
    probabilities = np.full((len(tags), len(TAGS)), (1 - probability) / (len(TAGS) - 1), np.float32)
    probabilities[np.arange(len(tags)), numbers] = probability
    continuation = np.zeros_like(probabilities)
    for place, tag in enumerate(tags[1:]):
        continuation[place, numbers[place]] = 0.95 if tag.startswith("I-") else 0.0
    return tokens, Window(lengths.cumsum() - lengths, lengths, numbers, probabilities, continuation)


def bonus_of(sentences, place, **settings):
    """Return the bonus by tag at a token."""
    tokens, window = window_of(sentences, **settings)
    return dict(zip(TAGS, Evidence(tokens, window, TAGS).bonus(1.0)[place].tolist(), strict=True))


def said(text):
    """Return a sentence; a word before `/` has the tag after it."""
    return [(word, tag or "O") for word, _, tag in (part.partition("/") for part in text.split())]


def test_a_name_found_elsewhere():
    sentences = [said("Мокрина мовчала ."), said("я бачив Мокрину/B-PERS ."), said("до Мокрини/B-PERS далеко .")]
    bonus = bonus_of(sentences, 0)
    assert bonus["B-PERS"] == bonus["I-PERS"] > 2 > 0 > bonus["B-LOC"] == bonus["I-LOC"] and bonus["O"] == 0
    assert bonus_of(sentences[:1] + [said("далеко .")] * 2, 0)["B-PERS"] == 0
    more = bonus_of(sentences + sentences[1:] * 3, 0)["B-PERS"]
    assert bonus["B-PERS"] < more <= bonus_of(sentences + sentences[1:] * 50, 0)["B-PERS"] <= HIGHEST * WEIGHT


def test_a_word_that_is_no_name_elsewhere():
    name, small = said("тоді Горе/B-PERS прийшло ."), said("велике горе було .")
    alone, both = bonus_of([said("Горе прийшло ."), name], 0), bonus_of([said("Горе прийшло ."), name, small, small], 0)
    assert both["B-PERS"] < 0 < alone["B-PERS"]
    assert bonus_of([name, *[said("а Горе прийшло .")] * 5], 1)["B-PERS"] < 0


def test_a_sentence_says_nothing_about_itself():
    for tag in ("O", "B-PERS", "B-LOC"):
        assert not any(bonus_of([said(f"тоді Мокрина/{tag} мовчала .")], 1).values())


def test_labels_that_disagree_are_settled():
    sentences = [said("з Косова/B-LOC .")] * 4 + [said("у Косові/B-PERS .")]
    bonus = bonus_of(sentences, 13)
    assert bonus["B-LOC"] > 2 and bonus["B-PERS"] < 0


def test_parts_of_names():
    """A surname after a first name counts for the surname alone; a place in an institution's name does not move it."""
    full = said("тоді Остап/B-PERS Вишня/I-PERS писав .")
    assert bonus_of([said("Вишня мовчав ."), full, full], 0)["B-PERS"] > 1
    inside = said("тоді Університет/B-LOC міста/I-LOC Одеси/I-LOC є .")
    assert max(map(abs, bonus_of([inside, *[said("в Одесі/B-PERS .")] * 9], 3).values())) < 1


def test_names_of_several_words():
    whole, missed = said("бачив Білу/B-LOC гору/I-LOC здалека ."), said("бачив Білу гору здалека .")
    found_there = bonus_of([missed, whole, whole, whole], 2)
    assert found_there["I-LOC"] > 1 and found_there["B-LOC"] == 0
    longer = said("бачив Білу/B-LOC гору/I-LOC Малу/I-LOC здалека .")
    assert bonus_of([longer, whole, whole, whole], 2)["I-LOC"] == 0


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("Київ Києва київ Олена Оленою А — 1".split()), st.sampled_from(TAGS)), max_size=6
        ),
        max_size=6,
    )
)
def test_any_document_has_finite_evidence(sentences):
    tokens, window = window_of(sentences) if any(sentences) else ([], Window.concatenate([window_of([[]])[1]]))
    bonus = Evidence(tokens, window, TAGS).bonus(1.4)
    assert bonus.shape == (len(tokens), len(TAGS)) and np.isfinite(bonus).all() and not bonus[:, 0].any()
    limit = 2 * HIGHEST * WEIGHT * 1.4 * 6
    assert np.abs(bonus).max(initial=0) <= limit


@pytest.mark.parametrize(
    "forms",
    [
        "Олена Олени Олені Олену Оленою Олено",
        "Андрій Андрія Андрієві Андрію Андрієм Андрії",
        "Зеленський Зеленського Зеленському Зеленським Зеленська Зеленської Зеленській Зеленську Зеленською",
        "Київ Києва Києву Києвом Києві",
        "Львів Львова Львову Львовом Львові",
        "Прага Праги Празі Прагу Прагою",
        "Америка Америки Америці Америку Америкою",
        "Шевченко Шевченка Шевченкові Шевченку Шевченком",
        "Чернівці Чернівців Чернівцям Чернівцями Чернівцях",
        "Марія Марії Марію Марією Маріє",
        "ОДЕСА Одеси Оде\u0301сі О\u00adдесу",
    ],
)
def test_the_cases_of_a_name_have_one_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1


@given(st.text(max_size=12))
def test_stems_of_any_text(word):
    assert len(stem(word)) <= 2 * len(word) + 2 and (not word.isalpha() or stem(word))


def test_the_shipped_model_finds_more_of_a_story():
    tagger = Tagger.load(device="cpu")
    text = "\n".join(STORY)
    alone, together = found(tagger, text), found(tagger, text, document=True)
    assert ("Косів", "LOC") not in alone and ("Вишня", "PERS") not in alone
    assert together.count(("Косів", "LOC")) == 2 and ("Вишня", "PERS") in together
    assert set(alone) <= set(together) and not any("горе" in text.lower() for text, _ in together)


def test_the_shipped_model_corrects_the_label_of_a_name():
    tagger = Tagger.load(device="cpu")
    text = "Косова вже спала .\nМи їхали до Косова . У Косові йшов дощ .\nДорога з Косова до Києва довга ."
    alone, together = found(tagger, text), found(tagger, text, document=True)
    assert ("Косова", "PERS") in alone
    assert together.count(("Косова", "LOC")) == 3 and ("Косова", "PERS") not in together


def test_the_same_document_on_any_way(tiny_model, monkeypatch):
    sentences = [line.split() for line in STORY * 3] + [[]]
    ways = []
    for threads, batch_tokens, window in ((1, None, None), (2, 64, 16), (1, 7, 50)):
        tagger = Tagger.load(tiny_model, device="cpu", threads=threads, batch_tokens=batch_tokens)
        if window:
            tagger.engine.window_tokens = window
        annotated = tagger.annotate(sentences, document=True)
        ways.append([(item.tags, item.probabilities.tobytes()) for item in annotated])
        assert list(tagger.stream(iter(sentences), document=True, window_tokens=3)) == [item.tags for item in annotated]
    assert ways[0] == ways[1] == ways[2] and len(ways[0]) == len(sentences)


def test_nothing_but_the_second_decoding_changes(tiny_model):
    """Without evidence the tags and the probabilities are those of the usual way."""
    tagger = Tagger.load(tiny_model, device="cpu")
    sentence = "Учора Олена Шевчук була в Луцьку".split()
    (usual,), (alone,) = tagger.annotate([sentence], probabilities=True), tagger.annotate([sentence], document=True)
    assert usual.tags == alone.tags and (usual.probabilities == alone.probabilities).all()
    assert tagger.annotate([], document=True) == [] and tagger("", document=True) == []


def test_long_sentences(tiny_model):
    tagger = Tagger.load(tiny_model, device="cpu")
    tokens = "Олена живе в Києві і".split() * 900  # more than are decoded at once
    (annotation,) = tagger.annotate([tokens], document=True)
    assert len(annotation.tags) == len(tokens) and len(spans(annotation.tags)) >= 900


def test_a_stream_without_end_is_read_in_parts(tiny_model, monkeypatch):
    monkeypatch.setattr(documents, "DOCUMENT_TOKENS", 100)
    tagger = Tagger.load(tiny_model, device="cpu")
    read = 0

    def endless():
        nonlocal read
        while True:
            read += 1
            yield "Олена живе в Києві .".split()

    stream = tagger.stream(endless(), document=True, window_tokens=1)
    for number in range(200):
        assert next(stream)[0] == "B-PERS" and read <= number + 22
    parts = list(annotate_document(tagger.engine, [["Олена"]] * 120))
    assert [part.tags for part in parts] == [["B-PERS"]] * 120


def test_texts_are_documents_of_their_own(tiny_model):
    tagger = Tagger.load(tiny_model, device="cpu")
    texts = ["\n".join(STORY), "Олена живе в Києві.", "", "\n".join(STORY[::-1])]
    single = [tagger(text, document=True) for text in texts]
    assert list(tagger.stream_entities(texts, document=True)) == single
    assert tagger.map_batch({"text": [*texts, None]}, document=True)["entities"][1] == [
        {"start": entity.start, "end": entity.end, "label": entity.label, "text": entity.text, "score": entity.score}
        for entity in single[1]
    ]
    for text, entities in zip(texts, single, strict=True):
        assert all(text[entity.start : entity.end] == entity.text for entity in entities)


def test_a_document_holds_no_more_than_its_part(tiny_model):
    tagger = Tagger.load(tiny_model, device="cpu")
    document = Document(tagger.engine)
    while not document.is_full:
        document.add(["Олена"] * 2000)
    assert len(document.tag().tags) <= documents.DOCUMENT_TOKENS + 2000
