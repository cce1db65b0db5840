"""The network and the chain: padding has no influence, and the likelihood is that of all sequences."""

import itertools

import numpy as np
import pytest
import torch
from support.padded import marginals_padded

from tagger.model_file.transitions import FORBIDDEN
from tagger.tags import continuations, tag_set
from tagger.train.student.crf import LinearChain, forward_steps, forward_tree
from tagger.train.student.network import Network, NetworkSettings

TAGS = tag_set(["A", "B"])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_padding_has_no_influence(cell, bidirectional):
    torch.manual_seed(0)
    settings = NetworkSettings(cell=cell, layers=2, width=8, embedding=6, bidirectional=bidirectional, layer_norm=True)
    network = Network(settings, 50, TAGS).eval()
    features = torch.randint(0, 50, (12, 4), dtype=torch.int32)
    lengths = torch.tensor([7, 1, 4])
    index = torch.randint(0, 12, (7, 3))
    with torch.inference_mode():
        together = network(features, index, lengths)
        for column, length in enumerate(lengths):
            alone = network(features, index[:length, column : column + 1], lengths[column : column + 1])
            torch.testing.assert_close(alone[:, 0], together[:length, column], atol=1e-6, rtol=1e-5)


def test_empty_slots_add_nothing():
    network = Network(NetworkSettings(width=4, embedding=4), 10, TAGS).eval()
    index, lengths = torch.zeros(1, 1, dtype=torch.long), torch.tensor([1])
    one = network(torch.tensor([[3, 0, 0]]), index, lengths)
    torch.testing.assert_close(one, network(torch.tensor([[3]]), index, lengths))


def test_parameters_of_the_original_study():
    """The counts that the comparison of RNN, GRU and LSTM on NER-UK reported."""
    tags = tag_set(["PERS", "ORG", "LOC", "MISC"])
    counts = {}
    for cell in ("rnn", "gru", "lstm"):
        settings = NetworkSettings(cell=cell, layers=3, width=512, embedding=512, layer_norm=True, output="softmax")
        counts[cell] = Network(settings, 50_205, tags).parameter_count()
    assert counts == {"rnn": 29_916_681, "gru": 38_317_577, "lstm": 42_518_025}


def random_chain():
    torch.manual_seed(1)
    chain = LinearChain(TAGS)
    for parameter in chain.parameters():
        torch.nn.init.normal_(parameter)
    return chain


def test_likelihood_is_normalised_over_legal_sequences():
    chain = random_chain()
    emissions = torch.randn(3, 1, len(TAGS))
    sequences = torch.tensor(list(itertools.product(range(len(TAGS)), repeat=3))).T  # (time, sequences)
    count = sequences.shape[1]
    losses = chain.negative_log_likelihood(emissions.expand(-1, count, -1), sequences, torch.full((count,), 3))
    assert torch.exp(-losses).sum().item() == pytest.approx(1, abs=1e-5)


def test_likelihood_of_a_batch_is_that_of_its_sentences():
    chain = random_chain()
    lengths = torch.tensor([5, 1, 3])
    emissions = torch.randn(5, 3, len(TAGS))
    tags = torch.randint(0, len(TAGS), (5, 3))
    together = chain.negative_log_likelihood(emissions, tags, lengths)
    for column, length in enumerate(lengths):
        alone = chain.negative_log_likelihood(emissions[:length, [column]], tags[:length, [column]], lengths[[column]])
        torch.testing.assert_close(alone[0], together[column])


@pytest.mark.parametrize("time", [1, 2, 6, 17])
def test_pair_by_pair_is_as_one_by_one(time):
    chain = random_chain()
    emissions = torch.randn(time, 4, len(TAGS), requires_grad=True)
    inside = torch.arange(1, time)[:, None] < torch.tensor([time, 1, (time + 1) // 2, time])
    between = chain.between.masked_fill(~chain.may_follow, FORBIDDEN)
    found = [forward(emissions[0], between, emissions[1:], inside) for forward in (forward_steps, forward_tree)]
    torch.testing.assert_close(*found)
    torch.testing.assert_close(
        *(torch.autograd.grad(sums.logsumexp(1).sum(), emissions, retain_graph=True)[0] for sums in found)
    )


def test_the_gradient_of_the_likelihood_is_what_the_decoder_calls_marginals():
    chain = random_chain()
    emissions = torch.randn(4, 1, len(TAGS), requires_grad=True)
    tags = torch.zeros(4, 1, dtype=torch.long)
    chain.negative_log_likelihood(emissions, tags, torch.tensor([4])).sum().backward()
    expected = marginals_padded(
        emissions.detach().numpy(), np.array([4]), chain.transitions(), np.array(continuations(TAGS))
    )[0]
    gradient = emissions.grad.numpy().copy()
    gradient[:, :, 0] += 1
    np.testing.assert_allclose(gradient, expected, atol=1e-5)
