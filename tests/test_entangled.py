"""The two readings, their controls, and training under them.

Five kinds of test for each: an independent source, limits, laws, known numbers, refusals.
"""

import math

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import layer_norm, scaled_dot_product_attention

from gradcourse.methods.entangled import (
    Reading,
    entangle_gradients,
    entanglement,
    forward_shift,
    fused_gradient,
    hidden_states,
    mapped_gradient,
    mixing,
    nats,
    sampled_labels,
    shuffled,
    train,
)
from gradcourse.models import Crowd, LanguageModel
from gradcourse.recorded import entangled as records

MIXES = ("context", "uniform", "none")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0, **options):
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64, **options)


# --- entanglement -------------------------------------------------------------------------------


def test_entanglement_is_the_mean_over_tokens_of_a_loop():
    h, g = normal(2, 5, 3), normal(2, 5, 3, seed=1)
    for kernel in ("cosine", "inner"):
        size = [[h[b, t].norm() * g[b, t].norm() if kernel == "cosine" else 0.1
                 for t in range(5)] for b in range(2)]
        want = [sum(h[b, t] @ g[b, t] / size[b][t] for t in range(5)) / 5 for b in range(2)]
        got = entanglement(h, g, kernel=kernel, scale=10.0)
        torch.testing.assert_close(got, torch.stack(want))


def test_parallel_is_one_and_opposite_minus_one_at_any_scale():
    h, sizes = normal(5, 3), 1 + normal(5, 1, seed=1).abs()
    for scale in (1.0, 1e4):
        assert float(entanglement(h, sizes * h, scale=scale)) == pytest.approx(1)
        assert float(entanglement(h, -sizes * h, scale=scale)) == pytest.approx(-1)


def test_a_vanished_gradient_counts_as_zero():
    assert float(entanglement(normal(4, 3), torch.zeros(4, 3, dtype=torch.float64))) == 0


def loss_of(h, w):
    return torch.logsumexp(h @ w, -1).mean()


def test_the_inner_product_is_the_slope_along_the_radius():
    h, w = normal(6, 3, requires_grad=True), normal(3, 4, seed=1)
    (g,) = torch.autograd.grad(loss_of(h, w), h)
    a = 1e-6
    slope = (loss_of((1 + a) * h, w) - loss_of((1 - a) * h, w)) / (2 * a)
    got = 6 * entanglement(h, g, kernel="inner")
    assert got.item() == pytest.approx(slope.item(), rel=1e-7)


@pytest.mark.parametrize("size", [1.0, 0.01])
def test_in_front_of_a_norm_only_its_epsilon_is_left(size):
    h, w, eps = size * normal(6, 3), normal(3, 4, seed=1), 1e-5
    h.requires_grad_()
    z = layer_norm(h, (3,), eps=eps)
    g, gz = torch.autograd.grad(loss_of(z, w), (h, z))
    share = eps / (h.var(-1, correction=0) + eps)
    torch.testing.assert_close((h * g).sum(-1), share * (z * gz).sum(-1))


def test_the_inner_products_regulariser_is_a_forward_shift_to_first_order_and_the_cosines_is_not():
    h, w, gaps = normal(6, 3, requires_grad=True), normal(3, 4, seed=1), {}
    for kernel in ("inner", "cosine"):
        for lam in (1e-3, 1e-2):
            (g,) = torch.autograd.grad(loss_of(h, w), h, create_graph=True)
            total = loss_of(h, w) + lam * 6 * entanglement(h, g, kernel=kernel)
            moved = loss_of(forward_shift(h, h, lam=lam), w)
            gaps[kernel, lam] = abs(total - moved).item()
    assert gaps["inner", 1e-2] / gaps["inner", 1e-3] == pytest.approx(100, rel=0.05)
    assert gaps["cosine", 1e-2] / gaps["cosine", 1e-3] == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize("kernel", ["cosine", "inner"])
def test_entanglement_has_two_derivatives(kernel):
    h, g = normal(2, 3, 2, requires_grad=True), normal(2, 3, 2, seed=1, requires_grad=True)
    with torch.autograd.set_detect_anomaly(True):
        assert torch.autograd.gradcheck(lambda *x: entanglement(*x, kernel=kernel), (h, g))
        assert torch.autograd.gradgradcheck(lambda *x: entanglement(*x, kernel=kernel), (h, g))


def test_entanglement_goes_through_torchs_attention_by_the_math_kernel():
    h = normal(1, 1, 4, 2, requires_grad=True)
    with sdpa_kernel(SDPBackend.MATH):
        def total(x):
            loss = (scaled_dot_product_attention(x, x, x) ** 2).sum()
            (g,) = torch.autograd.grad(loss, x, create_graph=True)
            return entanglement(x, g).sum()

        assert torch.autograd.gradcheck(total, (h,))


# --- gradient mapping ---------------------------------------------------------------------------


def test_mixing_is_a_softmax_written_out():
    c = normal(3, 4)
    z = (c - c.mean(-1, keepdim=True)) / (c.var(-1, correction=0, keepdim=True) + 1e-5).sqrt()
    weights = torch.tensor([[math.exp(z[i] @ z[j] / 2) for j in range(3)] for i in range(3)])
    want = weights / weights.sum(-1, keepdim=True)
    torch.testing.assert_close(mixing(c), want.to(c.dtype))


def test_rows_sum_to_one_and_eigenvalues_lie_between_zero_and_one():
    A = mixing(normal(20, 8, 5))
    torch.testing.assert_close(A.sum(-1), torch.ones(20, 8, dtype=A.dtype))
    values = torch.linalg.eigvals(A)
    assert values.imag.abs().max() < 1e-9
    assert values.real.min() > -1e-12 and values.real.max() < 1 + 1e-12


def test_between_zero_and_one_the_mapped_gradient_still_descends_in_the_weighted_product():
    c, g = normal(50, 8, 5), normal(50, 8, 5, seed=1)
    z = layer_norm(c, (5,))
    K = (z @ z.mT / math.sqrt(5)).exp()
    D = K.sum(-1, keepdim=True)
    for lam in (0.3, 1.0):
        got = (D * g * mapped_gradient(g, c, lam=lam)).sum((-2, -1))
        want = (1 - lam) * (D * g * g).sum((-2, -1)) + lam * (g * (K @ g)).sum((-2, -1))
        torch.testing.assert_close(got, want)
        assert got.min() > 0


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("lam", [-0.3, 0.0, 0.4, 1.0])
def test_the_fused_form_is_the_reference(mix, lam):
    g, c = normal(2, 3, 7, 5), normal(2, 3, 7, 5, seed=1)
    torch.testing.assert_close(fused_gradient(g, c, lam=lam, mix=mix),
                               mapped_gradient(g, c, lam=lam, mix=mix))


def test_limits_of_the_mapping():
    g, c = normal(4, 6, 3), normal(4, 6, 3, seed=1)
    assert torch.equal(mapped_gradient(g, c, lam=0.0), g)
    assert torch.equal(fused_gradient(g, c, lam=0.0), g)
    same = g[:, :1].expand_as(g)
    torch.testing.assert_close(mapped_gradient(same, c, lam=0.7), same)
    torch.testing.assert_close(mapped_gradient(g, c, lam=1.0, mix="uniform"),
                               g.mean(-2, keepdim=True).expand_as(g))
    torch.testing.assert_close(mapped_gradient(g, c, lam=0.3, mix="none"), 0.7 * g)


def test_the_hook_leaves_the_forward_pass_alone_and_maps_what_comes_back():
    h, c, w = normal(2, 5, 3, requires_grad=True), normal(2, 5, 3, seed=1), normal(3, 2, seed=2)
    seen = entangle_gradients(h, c, lam=0.4)
    assert torch.equal(seen, h)
    (plain,) = torch.autograd.grad(loss_of(h, w), h)
    (got,) = torch.autograd.grad(loss_of(seen, w), h)
    torch.testing.assert_close(got, mapped_gradient(plain, c, lam=0.4))


def test_the_context_gets_no_gradient_and_no_hook_is_set_without_one():
    c = normal(5, 3, requires_grad=True)
    h = normal(5, 3, seed=1, requires_grad=True)
    entangle_gradients(h, c, lam=0.4).square().sum().backward()
    assert c.grad is None and h.grad is not None
    with torch.no_grad():
        assert entangle_gradients(h, c, lam=0.4) is h


def test_the_hook_has_a_second_derivative_where_one_is_wanted():
    h, c = normal(1, 4, 3, requires_grad=True), normal(1, 4, 3, seed=1)
    (g,) = torch.autograd.grad(entangle_gradients(h, c, lam=0.4).pow(3).sum(), h, create_graph=True)
    (second,) = torch.autograd.grad(g.sum(), h)
    want = mapped_gradient(torch.ones_like(h), c, lam=0.4)
    assert second.shape == want.shape and torch.isfinite(second).all()


# --- controls -----------------------------------------------------------------------------------


def test_shuffled_keeps_the_rows_and_loses_whose_they_are():
    c = normal(2, 3, 4, 5)
    got = shuffled(c, generator=seeded())
    for one, two in zip(c.flatten(1, 2), got.flatten(1, 2), strict=True):
        assert sorted(map(tuple, one.tolist())) == sorted(map(tuple, two.tolist()))
    assert not torch.equal(got, c)
    assert torch.equal(got, shuffled(c, generator=seeded()))


def test_sampled_labels_follow_the_model():
    logits = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64).expand(20_000, 3)
    shares = torch.bincount(sampled_labels(logits, generator=seeded())) / 20_000
    torch.testing.assert_close(shares.double(), logits[0].softmax(0), atol=0.015, rtol=0)


def test_forward_shift_moves_and_passes_the_gradient_unchanged():
    h = normal(3, 2, requires_grad=True)
    moved = forward_shift(h, h, lam=0.5)
    torch.testing.assert_close(moved, 1.5 * h)
    moved.sum().backward()
    assert torch.equal(h.grad, torch.ones_like(h))


# --- training -----------------------------------------------------------------------------------


def crowd(seeds=(0, 1), dtype=torch.float64):
    nets = [LanguageModel(7, 6, width=8, layers=2, generator=seeded(s)) for s in seeds]
    return Crowd(nets).to(dtype)


def batches(steps=6, members=2):
    return torch.randint(7, (steps, members, 3, 7), generator=seeded(9))


def trained(reading=None, steps=6, **options):
    net = crowd()
    trace = train(net, batches(steps), *([reading] if reading else []), lr=0.01,
                  generator=seeded(), **options)
    return net, trace


def test_a_crowd_trains_as_its_members_do_alone():
    net, trace = trained()
    for s in range(2):
        alone = LanguageModel(7, 6, width=8, layers=2, generator=seeded(s)).double()
        optimizer = torch.optim.AdamW(alone.parameters(), lr=0.01, weight_decay=0.01)
        for k, words in enumerate(batches()[:, s]):
            optimizer.param_groups[0]["lr"] = 0.01 * (1 + math.cos(math.pi * k / 6)) / 2
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                alone(words[:, :-1]).flatten(0, 1), words[:, 1:].flatten())
            loss.backward()
            optimizer.step()
        assert trace.loss[-1, s].item() == pytest.approx(loss.item(), rel=1e-9)
        torch.testing.assert_close(net.weights["layers_0_up_weight"][s], alone.layers[0].up.weight)


@pytest.mark.parametrize("kind", ["map", "regularise"])
@pytest.mark.parametrize("context", ["true", "shuffled"])
def test_with_lam_zero_training_is_plain_bit_for_bit(kind, context):
    plain, _ = trained()
    net, _ = trained(Reading(kind, 0.0, context))
    for one, two in zip(plain.parameters(), net.parameters(), strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize("reading", [
    Reading("map", 0.3), Reading("map", -0.3), Reading("map", 0.3, "shuffled"),
    Reading("map", 0.3, "uniform"), Reading("regularise", 0.3), Reading("regularise", -0.3),
    Reading("regularise", 0.3, "shuffled"), Reading("regularise", 0.3, kernel="inner"),
    Reading("regularise", 0.3, labels="sampled")])
def test_every_other_reading_leaves_the_path_in_its_own_direction(reading):
    plain, _ = trained()
    net, trace = trained(reading)
    other, _ = trained(reading._replace(lam=-reading.lam))
    moves = [net.weights["embed_weight"] - plain.weights["embed_weight"],
             other.weights["embed_weight"] - plain.weights["embed_weight"]]
    assert trace.loss.isfinite().all() and all(move.abs().max() > 1e-6 for move in moves)
    assert not torch.equal(*moves)


def test_a_rescaled_gradient_is_not_felt_by_adam():
    plain, _ = trained()
    net, _ = trained(Reading("map", 0.3, "none"))
    for one, two in zip(plain.parameters(), net.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-3, atol=1e-4)


def test_the_regulariser_moves_the_alignment_where_its_sign_says():
    ends = {lam: trained(Reading("regularise", lam), steps=80)[1].alignment[-5:].mean(0)
            for lam in (-1.0, 0.0, 1.0)}
    assert (ends[1.0] < ends[0.0] - 0.1).all() and (ends[-1.0] > ends[0.0] + 0.1).all()


def test_each_seed_may_have_its_own_lam():
    for kind in ("map", "regularise"):
        both, _ = trained(Reading(kind, torch.tensor([0.0, 0.5], dtype=torch.float64)))
        zero, half = trained(Reading(kind, 0.0))[0], trained(Reading(kind, 0.5))[0]
        for name in both.weights:
            torch.testing.assert_close(both.weights[name][0], zero.weights[name][0])
            torch.testing.assert_close(both.weights[name][1], half.weights[name][1])


def test_a_seed_that_breaks_leaves_the_others_alone_and_training_stops_when_all_have():
    plain, one = trained()
    broken, net = crowd(), crowd()
    with torch.no_grad():
        net.weights["head_bias"][1, 0] = torch.inf
        broken.weights["head_bias"][:, 0] = torch.inf
    trace = train(net, batches(), lr=0.01)
    torch.testing.assert_close(trace.loss[:, 0], one.loss[:, 0])
    assert not trace.loss[:, 1].isfinite().any()
    torch.testing.assert_close(net.weights["head_bias"][0], plain.weights["head_bias"][0])
    trace = train(broken, batches(), lr=0.01)
    assert trace.loss.isnan().all() and trace.alignment.isnan().all()


def test_nats_and_hidden_states_are_the_models_own():
    net, words = crowd(), batches()[0]
    logits = net(words[..., :-1])
    want = -logits.log_softmax(-1).gather(-1, words[..., 1:, None]).mean((1, 2, 3))
    torch.testing.assert_close(nats(net, words), want)
    first, second = hidden_states(net, words[..., :-1])
    assert first.shape == second.shape == (2, 3, 6, 8) and not torch.equal(first, second)


# --- the recorded runs --------------------------------------------------------------------------


def test_recall_counts_what_a_repetition_makes_easier():
    class Copier:
        """Knows a letter it has seen after the same letter before, and nothing else."""

        def __call__(self, words, after=None):
            logits = torch.zeros(*words.shape, 97)
            for s, b, t in torch.cartesian_prod(*map(torch.arange, words.shape)):
                row = words[s, b, :t + 1]
                for before in (row[:-1] == row[-1]).nonzero().flatten():
                    logits[s, b, t, row[before + 1]] = 9.0
            return logits

    words = torch.arange(2 * 9).view(1, 2, 9)
    gain = records._recall(Copier(), words)
    assert gain.item() == pytest.approx(math.log(97), abs=0.05)


def test_the_letter_frequencies_are_a_distribution():
    assert records._frequencies().exp().sum().item() == pytest.approx(1, abs=1e-5)


# --- refusals -----------------------------------------------------------------------------------


def test_refusals():
    h, g = normal(2, 3), normal(3, 3)
    with pytest.raises(ValueError, match=r"equal shapes, got \(2, 3\) and \(3, 3\)"):
        entanglement(h, g)
    with pytest.raises(ValueError, match="kernel must be one of cosine, inner, got 'dot'"):
        entanglement(h, h, kernel="dot")
    with pytest.raises(ValueError, match="mix must be one of context, uniform, none, got 'all'"):
        mixing(h, mix="all")
    for method in (mapped_gradient, fused_gradient, entangle_gradients, forward_shift):
        with pytest.raises(ValueError, match="equal shapes"):
            method(h, g, lam=0.1)
        with pytest.raises(ValueError, match="lam must be finite, got nan"):
            method(h, h, lam=math.nan)
    for method in (fused_gradient, entangle_gradients):
        with pytest.raises(ValueError, match="mix must be one of"):
            method(h, h, lam=0.1, mix="all")
    with pytest.raises(ValueError, match=r"lr must be > 0, got 0"):
        train(crowd(), batches(), lr=0)
    with pytest.raises(ValueError, match="kind must be one of plain, map, regularise, got 'both'"):
        train(crowd(), batches(), Reading("both"), lr=0.1)
