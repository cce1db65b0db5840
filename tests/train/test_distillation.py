"""Hidden-state distillation: only where there is a teacher, only within sentences, and with a falling weight."""

import numpy as np
import pytest
import torch
from support.corpora import conll

from tagger.features.names import FeatureSettings
from tagger.tags import tag_set
from tagger.train.data.corpus import read_conll
from tagger.train.student.batches import batches
from tagger.train.student.dataset import build_vocabulary, join, to_arrays
from tagger.train.student.distillation import HiddenStateDistillation
from tagger.train.student.loop_settings import LoopSettings
from tagger.train.student.network import Network, NetworkSettings
from tagger.train.student.trainer import Trainer


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Documents, their vocabulary, and the same documents twice as arrays: with states and without."""
    path = tmp_path_factory.mktemp("distillation") / "train.conll"
    path.write_text(conll(60), encoding="utf-8")
    documents = read_conll(path)
    vocabulary = build_vocabulary(
        [sentence.tokens for document in documents for sentence in document.sentences], FeatureSettings(), 1
    )
    tags = tag_set(
        sorted(
            {
                tag[2:]
                for document in documents
                for sentence in document.sentences
                for tag in sentence.tags
                if tag != "O"
            }
        )
    )
    taught, plain = (to_arrays(documents, vocabulary, tags) for _ in range(2))
    taught.hidden_states = (
        np.random.default_rng(0).normal(size=(len(taught.features), 5)).astype(np.float16)[taught.words]
    )  # of the word alone
    return documents, vocabulary, tags, taught, plain


def test_the_distance_is_of_taught_tokens_within_sentences():
    distillation = HiddenStateDistillation.seeded(3, 2, 0.5, seed=7)
    held, states = torch.randn(4, 2, 3), torch.randn(4, 2, 2)
    inside = torch.tensor([[1, 1], [1, 1], [1, 0], [1, 0]]).bool()
    states[1, 0] = 0  # nobody taught it
    want = (
        sum(
            ((distillation.layer(held[t, b]) - states[t, b]) ** 2).mean()
            for t, b in [(0, 0), (2, 0), (3, 0), (0, 1), (1, 1)]
        )
        / 6
    )
    torch.testing.assert_close(distillation.distance(held, states, inside), want)
    states[2:, 1] = 1e6
    torch.testing.assert_close(distillation.distance(held, states, inside), want)
    assert (
        distillation.loss(want, 0.0) == 0.5 * want
        and distillation.loss(want, 0.75) == 0.125 * want
        and distillation.loss(want, 1.0) == 0
    )
    assert torch.equal(HiddenStateDistillation.seeded(3, 2, 0.1, seed=7).layer.weight, distillation.layer.weight)


def test_states_stay_with_their_tokens(parts):
    *_, taught, plain = parts
    both = join([plain, taught])
    assert not both.hidden_states[: len(plain.words)].any() and np.array_equal(
        both.hidden_states[len(plain.words) :], taught.hidden_states
    )
    chosen = np.array([2, len(plain.lengths) + 3])
    [batch] = batches(both, [chosen])
    assert not batch.hidden_states[:, 0].any()
    own = taught.hidden_states[taught.starts[3] : taught.starts[4]]
    assert (
        np.array_equal(batch.hidden_states[: len(own), 1].numpy(), own.astype(np.float32))
        and not batch.hidden_states[len(own) :, 1].any()
    )
    [alone] = batches(plain, [chosen[:1]])
    assert alone.hidden_states is None


def test_training_comes_closer_and_goes_on_where_it_was_killed(parts, tmp_path):
    documents, vocabulary, tags, taught, _ = parts

    def trainer(name):
        torch.manual_seed(1)
        network = Network(NetworkSettings(width=8, embedding=8, dropout=0), len(vocabulary), tags)
        distillation = HiddenStateDistillation.seeded(16, 5, 1.0, seed=1)
        settings = LoopSettings(epochs=8, rate=2e-2, batch_tokens=128, word_dropout=0, patience=0)
        return Trainer(
            network,
            vocabulary,
            tags,
            taught,
            documents[:3],
            settings,
            state_path=tmp_path / name,
            identity="x",
            distillation=distillation,
        )

    def distance(trainer):
        [batch] = batches(taught, [np.arange(20)])
        trainer.network.eval()
        with torch.inference_mode():
            held = trainer.network.encode(trainer.network.embed(batch.features), batch.index, batch.lengths)
            return trainer.distillation.distance(
                held, batch.hidden_states, torch.arange(len(batch.index))[:, None] < batch.lengths
            ).item()

    whole = trainer("whole")
    before = distance(whole)
    wanted = whole.run()
    assert distance(whole) < 0.8 * before

    class Killed(Exception):
        pass

    def kill(line):
        if line.startswith("epoch 2/"):
            raise Killed

    broken = trainer("broken")
    broken.log = kill
    with pytest.raises(Killed):
        broken.run()
    again = trainer("broken")
    assert again.resume()
    found = again.run()
    assert all(torch.equal(tensor, found.weights[name]) for name, tensor in wanted.weights.items())
    assert torch.equal(whole.distillation.layer.weight, again.distillation.layer.weight)
