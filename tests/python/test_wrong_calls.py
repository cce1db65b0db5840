"""Wrong calls that newcomers make: each gives one sentence that names the right one."""

import pytest

from tagger import DataError, Entity, OptionError, Tagger

ROWS = {"text": ["Олена живе в Києві.", "Так"], "tokens": [["Олена", "живе"], ["Так"]]}
TOKENS = ROWS["tokens"]


def pandas_frame():
    return pytest.importorskip("pandas", reason="pandas is not installed").DataFrame(ROWS)


def polars_frame():
    return pytest.importorskip("polars", reason="polars is not installed").DataFrame(ROWS)


def data_set(*columns):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    datasets.disable_progress_bars()
    return datasets.Dataset.from_dict({name: ROWS[name] for name in columns or ROWS})


class SparkFrame:
    """What of a data frame of Spark is looked at."""

    columns, mapInArrow = ["text"], None


BATCHED = "batched=True"
# name: (the call, what the message must name)
CALLS = {
    "map without batched": (lambda tagger: data_set("text").map(tagger.map_batch), BATCHED),
    "map without batched, of tokens": (lambda tagger: data_set("tokens").map(tagger.map_batch), BATCHED),
    "one row of texts": (lambda tagger: tagger.map_batch({"text": "Київ"}), BATCHED),
    "one row of tokens": (lambda tagger: tagger.map_batch({"tokens": ["Олена", "живе"]}), BATCHED),
    "map with input_columns": (
        lambda tagger: data_set().map(tagger.map_batch, batched=True, input_columns="text"),
        "without input_columns",
    ),
    "a list of texts as a table": (lambda tagger: tagger.map_batch(ROWS["text"]), r"tagger\(texts\)"),
    "a list of rows": (lambda tagger: tagger.map_batch([{"text": "Київ"}]), r"pandas\.DataFrame\(rows\)"),
    "a text as a table": (lambda tagger: tagger.map_batch("Київ"), "dictionary of lists"),
    "a column of pandas": (lambda tagger: tagger.map_batch(pandas_frame()["text"]), r"map_batch\(frame\)"),
    "rows of pandas": (lambda tagger: pandas_frame().apply(tagger.map_batch, axis=1), "without apply"),
    "a column of Polars": (lambda tagger: tagger.map_batch(polars_frame()["text"]), "dictionary of lists"),
    "a lazy frame": (lambda tagger: tagger.map_batch(polars_frame().lazy()), r"frame\.collect\(\)"),
    "a frame of Spark": (lambda tagger: tagger.map_batch(SparkFrame()), r"annotate\(frame\)"),
    "other columns": (lambda tagger: tagger.map_batch({"words": TOKENS}), "name yours: tokens="),
    "tokens as text": (lambda tagger: tagger.map_batch({"text": TOKENS}), "tokens='text'"),
    "text as tokens": (lambda tagger: tagger.map_batch({"tokens": ROWS["text"]}), "text='tokens'"),
    "a generator as a text": (lambda tagger: tagger(text for text in ROWS["text"]), "tagger.stream_entities"),
    "a dictionary as a text": (lambda tagger: tagger(ROWS), "tagger.map_batch"),
    "a frame as a text": (lambda tagger: tagger(pandas_frame()), "tagger.map_batch"),
    "tokens where texts should be": (lambda tagger: tagger(TOKENS), "tagger.stream"),
    "tokens where texts should be, lazily": (lambda tagger: list(tagger.stream_entities(TOKENS)), "tagger.stream"),
    "one text where many should be": (lambda tagger: tagger.stream_entities("Київ"), r"tagger\(text\)"),
    "a dictionary where texts should be": (lambda tagger: tagger.stream_entities(ROWS), "tagger.map_batch"),
    "a frame where texts should be": (lambda tagger: tagger.stream_entities(pandas_frame()), "tagger.map_batch"),
    "a Polars frame where texts should be": (
        lambda tagger: tagger.stream_entities(polars_frame()),
        "tagger.map_batch",
    ),
    "a data set where texts should be": (lambda tagger: tagger.stream_entities(data_set()), "tagger.map_batch"),
    "a text where tokens should be": (lambda tagger: tagger.tag("Олена живе"), r"tagger\(text\)"),
    "texts where sentences should be": (lambda tagger: list(tagger.stream(ROWS["text"])), r"tagger\(text\)"),
    "one text where sentences should be": (lambda tagger: tagger.stream("Олена"), r"tagger\(text\)"),
    "a table where sentences should be": (lambda tagger: tagger.stream(ROWS), "tagger.map_batch"),
    "sentences where one should be": (lambda tagger: tagger.tag(TOKENS), "tagger.stream"),
    "names that are no list": (lambda tagger: Tagger.load(names=5), "path of a file"),
    "names without labels": (lambda tagger: Tagger.load(names=["Київ"]), "name TAB label"),
    "no model for Tagger": (lambda tagger: Tagger(), r"Tagger\.load\(\)"),
    "a model file for Tagger": (lambda tagger: Tagger("uk-ner"), r"Tagger\.load\('uk-ner'\)"),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_message_names_the_right_call(tagger, name, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path))
    call, right = CALLS[name]
    with pytest.raises((DataError, OptionError), match=right) as caught:
        call(tagger)
    message = str(caught.value)
    assert message.isprintable() and len(message) < 250, message


def test_lists_of_texts(tagger):
    texts = ["Олена живе в Києві.", "", "Так"]
    expected = [tagger(text) for text in texts]
    assert tagger(texts) == tagger(tuple(texts)) == expected and tagger([]) == []
    assert tagger(pandas_frame()["text"]) == tagger(polars_frame()["text"]) == [expected[0], expected[2]]


def test_dictionaries_of_entities(tagger):
    entity = tagger("Олена живе в Києві.")[0]
    values = entity.to_dict()
    assert Entity(**values) == entity
    other = entity.to_dict(pipeline=True)
    assert list(other) == ["entity_group", "score", "word", "start", "end"]
    assert (other["entity_group"], other["word"], other["score"]) == (entity.label, entity.text, entity.score)


def test_polars(tagger, tmp_path, monkeypatch):
    frame = polars_frame()
    expected = tagger.map_batch(ROWS)
    tagged = frame.with_columns(**tagger.map_batch(frame))
    assert tagged.columns == ["text", "tokens", "tags", "entities"]
    assert [row["entities"] for row in tagged.to_dicts()] == expected["entities"]
    assert tagged["tags"].to_list() == expected["tags"]
    empty = frame.head(0)
    assert empty.with_columns(**tagger.map_batch(empty)).schema == tagged.schema
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    found = data_set().with_format("polars")
    found = found.map(lambda rows: rows.with_columns(**tagger.map_batch(rows)), batched=True, batch_size=1)
    assert found.with_format(None)["entities"][:] == expected["entities"]
    assert found.column_names == tagged.columns


def test_base_forms_are_in_every_kind_of_table(tagger):
    pytest.importorskip("pymorphy3", reason="pymorphy3 is not installed: pip install 'uk-tag[lemma]'")
    expected = tagger.map_batch(ROWS, lemma=True)["entities"]
    assert all("lemma" in entity for row in expected for entity in row or ())
    assert any(row for row in expected)
    frame = polars_frame()
    assert frame.with_columns(**tagger.map_batch(frame, lemma=True))["entities"].to_list() == expected
    pandas = pandas_frame()
    assert pandas.assign(**tagger.map_batch(pandas, lemma=True))["entities"].tolist() == expected
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    column = tagger.map_batch(arrow.table(ROWS), lemma=True)["entities"]
    assert arrow.array(column).to_pylist() == expected


def test_sentences_switch(tagger):
    texts = ["Олена Коваленко. Олена Коваленко живе."]
    for switch in (True, False):
        expected = [[entity.to_dict() for entity in tagger(text, sentences=switch)] for text in texts]
        assert tagger.map_batch({"text": texts}, sentences=switch)["entities"] == expected
    assert tagger(texts[0]) != tagger(texts[0], sentences=False)
