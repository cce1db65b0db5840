"""Name lists: looked up by checksum, stored in vocabularies, read from files; and casing variants of words."""

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError, ModelError
from tagger.features.gazetteer import ENTRY, Gazetteer
from tagger.features.hashing import LETTERS, LetterChecksums, checksums
from tagger.features.names import FeatureSettings
from tagger.features.vocabulary import Vocabulary
from tagger.train.data.corpus import Document, Sentence
from tagger.train.data.name_lists import read_gazetteer
from tagger.train.data.perturbations import VARIANTS, VariantShares
from tagger.train.student.batches import batches
from tagger.train.student.dataset import build_vocabulary, join, to_arrays

FORMS_OF_NAMES = {"шевченко": 1, "шевченка": 1, "Олена": 2, "горе": 9}


def test_classes_of_words():
    gazetteer = Gazetteer.of(FORMS_OF_NAMES)
    assert gazetteer.classes(["горе", "шевченка", "море", "олена", ""]).tolist() == [9, 1, 0, 2, 0]
    assert gazetteer.classes(["горе", "оле\nна", "олена"]).tolist() == [
        9,
        0,
        2,
    ]  # words from Python may contain line feeds
    assert Gazetteer().classes(["горе", "море"]).tolist() == [0, 0]


@given(st.lists(st.text(st.sampled_from(LETTERS), max_size=70), max_size=5))
def test_checksums(words):
    text = np.array([ord(character) for word in words for character in f"<{word}>"], np.uint32)
    expected = [crc32(word.encode()) for word in words]
    assert LetterChecksums().get(text, np.array([len(word) + 2 for word in words], np.int64)).tolist() == expected
    assert checksums(words).tolist() == expected


@given(
    st.dictionaries(st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 2**32 - 2, 2**32 - 1]), st.integers(1, 255)),
    st.lists(st.integers(0, 2**32 - 1)),
)
def test_classes_of_any_entries(entries, others):
    sought = [*entries, *others, 0, 2**32 - 1]
    gazetteer = Gazetteer(np.array(sorted(entries.items()), ENTRY))
    assert gazetteer.classes_of(np.array(sought, np.uint32)).tolist() == [
        entries.get(checksum, 0) for checksum in sought
    ]


def test_many_entries():
    chosen = np.unique(np.random.default_rng(1).integers(0, 2**32, 5000, np.uint32))
    entries = np.zeros(len(chosen), ENTRY)
    entries["checksum"], entries["classes"] = chosen, 1 + np.arange(len(chosen)) % 255
    gazetteer = Gazetteer(entries)
    assert np.array_equal(gazetteer.classes_of(chosen), entries["classes"])
    assert not gazetteer.classes_of(np.setdiff1d(chosen + np.uint32(1), chosen)).any()


def test_text_round_trip():
    gazetteer = Gazetteer.of(FORMS_OF_NAMES)
    assert np.array_equal(Gazetteer.from_text(gazetteer.to_text()).entries, gazetteer.entries)
    assert gazetteer.entries.dtype == ENTRY
    assert (np.diff(gazetteer.entries["checksum"].astype(np.int64)) > 0).all()


@pytest.mark.parametrize("text", ["@", "AAAA", "ї"])
def test_damaged_text_is_refused(text):
    with pytest.raises(ModelError, match="name lists"):
        Gazetteer.from_text(text)


def test_feature_ignores_case_and_stress():
    settings = FeatureSettings(kinds=("word", "gazetteer"), slots=2)
    vocabulary = build_vocabulary([["Київ", "Київ"]], settings, 1, gazetteer=Gazetteer.of(FORMS_OF_NAMES))
    assert vocabulary.entries == ["g:1", "g:2", "g:9", "w:Київ"]
    again = Vocabulary.from_texts(vocabulary.to_texts())
    for tokens in (["ШЕВЧЕНКА", "Оле\u0301на", "Київ", "горе"], iter(["ШЕВЧЕНКА", "Оле\u0301на", "Київ", "горе"])):
        assert again.rows(tokens).tolist() == [[1, 0], [2, 0], [4, 0], [3, 0]]


def test_file(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text("Шевченко\tsurname\r\nолена\tname\n\nгоре\tsurname,ordinary\n", encoding="utf-8")
    gazetteer, classes = read_gazetteer(path)
    assert classes == ["surname", "name", "ordinary"]
    assert gazetteer.classes(["шевченко", "олена", "горе"]).tolist() == [1, 2, 5]


@pytest.mark.parametrize(
    ("content", "message"), [("олена\n", "names.tsv:1: a form"), ("\tname\n", "a form"), ("а\tb,\n", "a form")]
)
def test_error_names_the_line(tmp_path, content, message):
    path = tmp_path / "names.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_gazetteer(path)


def test_nine_classes_are_refused(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text("".join(f"слово\tclass{number}\n" for number in range(9)), encoding="utf-8")
    with pytest.raises(DataError, match=r"names\.tsv:9.*class 9"):
        read_gazetteer(path)


def test_variants_are_drawn_by_their_shares():
    assert not VariantShares()
    drawn = VariantShares(lowered=0.3, raised=0.1, plain=0.5).draw(20_000, np.random.default_rng(1))
    shares = np.bincount(drawn, minlength=len(VARIANTS)) / len(drawn)
    assert np.allclose(shares, [0.3, 0.15, 0.05, 0.3, 0.15, 0.05], atol=0.02)
    assert [vary("«Їжак»—") for vary in VARIANTS] == ["«Їжак»—", "«їжак»—", "«ЇЖАК»—", '"Їжак"-', '"їжак"-', '"ЇЖАК"-']


def test_batch_of_variants():
    settings = FeatureSettings(kinds=("word",), slots=1)
    documents = [
        Document("one", [Sentence(("Київ", "«"), ("B-LOC", "O"))]),
        Document("two", [Sentence(("Львів", "«"), ("B-LOC", "O"))]),
    ]
    words = ["Київ", "київ", "ЛЬВІВ", "Львів", "«", '"']
    vocabulary = Vocabulary([f"w:{word}" for word in words], settings)
    tags = ["O", "B-LOC", "I-LOC"]
    arrays = join([to_arrays([document], vocabulary, tags, variants=True) for document in documents])
    (batch,) = batches(arrays, [np.array([0, 1])], np.array([4, 2]))
    shown = batch.features.numpy()[batch.index.numpy()][:, :, 0]  # (time, batch)
    assert [[words[number - 1] for number in column] for column in shown.T] == [["київ", '"'], ["ЛЬВІВ", "«"]]
