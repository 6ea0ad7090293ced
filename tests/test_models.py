"""Small networks: what they may see, where they start, and that they learn."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from gradcourse.models import Crowd, DigitCNN, LanguageModel


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def words(*shape):
    return torch.randint(20, shape, generator=seeded())


@pytest.mark.parametrize("normalised", [True, False])
def test_a_word_is_guessed_from_what_came_before_it_only(normalised):
    net = LanguageModel(20, 8, layers=2, normalised=normalised, generator=seeded())
    one, two = words(3, 8), words(3, 8)
    two[:, 5:] = (two[:, 5:] + 1) % 20
    before, after = net(one), net(two)
    torch.testing.assert_close(before[:, :5], after[:, :5])
    assert not torch.allclose(before[:, 5:], after[:, 5:])


def test_attention_reads_earlier_words_and_their_places():
    net = LanguageModel(20, 8, generator=seeded())
    one = words(1, 8)
    other = one.clone()
    other[:, 0] = (other[:, 0] + 1) % 20
    assert not torch.allclose(net(one)[:, -1], net(other)[:, -1])
    same = torch.zeros(1, 8, dtype=torch.int64)
    assert not torch.allclose(net(same)[:, 0], net(same)[:, 1])


def test_a_short_sequence_is_the_start_of_a_long_one():
    net = LanguageModel(20, 8, generator=seeded())
    torch.testing.assert_close(net(words(2, 8))[:, :3], net(words(2, 8)[:, :3]))


def test_normalised_networks_do_not_feel_the_size_of_the_stream():
    """Layer normalisation before every map: double all embeddings, and the head reads the same."""
    net = LanguageModel(20, 8, layers=0, generator=seeded())
    before = net(words(2, 8))
    with torch.no_grad():
        net.embed.weight.mul_(2)
        net.place.weight.mul_(2)
    torch.testing.assert_close(net(words(2, 8)), before, rtol=1e-2, atol=1e-2)


def test_initial_size_and_seed():
    net = LanguageModel(400, 8, scale=0.02, generator=seeded(3))
    twin = LanguageModel(400, 8, scale=0.02, generator=seeded(3))
    assert net.embed.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert net.head.weight.std().item() == pytest.approx(0.02, rel=0.05)
    for one, two in zip(net.parameters(), twin.parameters(), strict=True):
        assert torch.equal(one, two)
    usual = LanguageModel(400, 8, generator=seeded(3))
    assert usual.head.weight.std().item() == pytest.approx(32**-0.5, rel=0.05)


@pytest.mark.parametrize("make, inputs, classes", [
    (lambda: LanguageModel(20, 8, generator=seeded()), words(4, 8), 20),
    (lambda: DigitCNN(generator=seeded()), torch.rand(6, 64, generator=seeded()), 10),
])
def test_a_fixed_batch_is_learnt(make, inputs, classes):
    net = make()
    targets = torch.randint(classes, net(inputs).shape[:-1], generator=seeded(1)).flatten()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = cross_entropy(net(inputs).flatten(0, -2), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 5


def test_images_may_come_as_rows_or_as_squares():
    net, rows = DigitCNN(generator=seeded()), torch.rand(2, 64, generator=seeded())
    torch.testing.assert_close(net(rows), net(rows.reshape(2, 1, 8, 8)))


@pytest.mark.parametrize("normalised", [True, False])
def test_each_member_of_a_crowd_is_its_model(normalised):
    nets = [LanguageModel(20, 8, layers=2, normalised=normalised, generator=seeded(s)).double()
            for s in range(3)]
    for p in (p for net in nets for p in net.parameters()):
        p.data += 0.1 * torch.rand(p.shape, generator=seeded(), dtype=p.dtype)  # no zero biases
    several = torch.stack([words(4, 6), words(4, 6).flip(0), words(4, 6).flip(1)])
    got = Crowd(nets)(several)
    for net, mine, logits in zip(nets, several, got, strict=True):
        torch.testing.assert_close(logits, net(mine))


def test_a_crowd_shows_what_flows_and_takes_it_back():
    crowd = Crowd([LanguageModel(20, 8, layers=2, generator=seeded(s)) for s in range(2)])
    one, seen = words(2, 3, 8), []
    crowd(one, lambda k, h: seen.append((k, h.shape)) or h)
    assert seen == [(0, (2, 3, 8, 32)), (1, (2, 3, 8, 32))]
    assert not torch.allclose(crowd(one), crowd(one, lambda k, h: h.flip(-1)))
