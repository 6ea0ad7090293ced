"""Chapter 05's method against enumeration, autograd, torch and scikit-learn."""

import math
from itertools import permutations

import pytest
import torch
from torch.autograd import gradcheck

from gradcourse.data import class_rankings, iris, multilabel, wine
from gradcourse.methods import energy
from gradcourse.methods.energy import conjugate, joint_loss, ratio
from gradcourse.models import CrowdMLP, train_crowds
from gradcourse.problems import Switches, bumps

LINKS = {"logistic": {}, "sparsemax": {}, "entmax": {"alpha": 1.5}}
every_link = pytest.mark.parametrize("link", LINKS)


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def coin(seed=0):
    return torch.Generator().manual_seed(seed)


# ---------------------------------------------------------------- exact log-partitions


def test_unary_is_the_sum_over_all_states():
    u = 2 * draw(7, 6)
    states = energy.all_binary(6, dtype=torch.float64)
    want = energy.log_partition_enumerated(u @ states.T)
    torch.testing.assert_close(energy.log_partition_unary(u), want)
    moment = ((2 * (u @ states.T - want[:, None])).exp()).mean(-1)
    torch.testing.assert_close(energy.second_moment_unary(u), moment)


def test_unary_gradient_is_the_chance_of_each_switch_and_large_scores_stay_finite():
    u = draw(3, 5).requires_grad_()
    (grad,) = torch.autograd.grad(energy.log_partition_unary(u).sum(), u)
    torch.testing.assert_close(grad, u.detach().sigmoid())
    huge = torch.tensor([[800.0, -800.0]], dtype=torch.float64)
    torch.testing.assert_close(energy.log_partition_unary(huge), huge[:, 0] - 2 * math.log(2))


def test_pairwise_sums_what_scores_of_states_say():
    k, w = 5, draw(4, 15)
    U = torch.zeros(4, k, k, dtype=torch.float64)
    i, j = torch.triu_indices(k, k, 1)
    U[:, i, j] = U[:, j, i] = w[:, k:]
    y = energy.all_binary(k, dtype=torch.float64)
    g = w[:, :k] @ y.T + torch.einsum("sa,bac,sc->bs", y, U, y) / 2
    want = g.logsumexp(-1) - k * math.log(2)
    torch.testing.assert_close(energy.log_partition_pairwise(w, k), want)
    alone = torch.cat([w[:, :k], torch.zeros(4, 10, dtype=torch.float64)], 1)
    torch.testing.assert_close(energy.log_partition_pairwise(alone, k),
                               energy.log_partition_unary(w[:, :k]))


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_subset_recursion_is_the_sum_over_all_orders(k):
    theta, v = draw(3, k), draw(k, seed=1)
    orders = torch.tensor(list(permutations(range(k))))
    want = (theta @ v[orders].T).logsumexp(-1) - math.lgamma(k + 1)
    torch.testing.assert_close(energy.log_partition_permutations(theta, v), want)


def test_centred_ranks_leave_a_common_score_without_effect():
    theta = draw(2, 7)
    torch.testing.assert_close(energy.log_partition_permutations(theta + 5),
                               energy.log_partition_permutations(theta))
    listed = theta @ energy.all_rankings(7, dtype=torch.float64).T
    torch.testing.assert_close(energy.log_partition_permutations(theta),
                               energy.log_partition_enumerated(listed))


def test_matchings_of_rank_one_scores_are_rankings():
    theta = draw(3, 5)
    v = torch.arange(5, dtype=torch.float64) - 2
    torch.testing.assert_close(energy.log_partition_matchings(theta[..., None] * v),
                               energy.log_partition_permutations(theta))


@every_link
def test_normaliser_makes_the_mass_one_and_is_the_lowest_point(link):
    g = 3 * draw(5, 200)
    tau, value = energy.normaliser(g, link, **LINKS[link])
    mass = ratio(g - tau[:, None], link, **LINKS[link]).mean(-1)
    torch.testing.assert_close(mass, torch.ones(5, dtype=torch.float64))
    for shift in (-0.5, -1e-3, 1e-3, 0.5):
        beside = tau + shift
        higher = beside + conjugate(g - beside[:, None], link, **LINKS[link]).mean(-1)
        assert (higher > value).all()


@every_link
def test_normalisers_gradient_is_the_law_itself(link):
    g = draw(2, 9).requires_grad_()
    tau, value = energy.normaliser(g, link, **LINKS[link])
    (grad,) = torch.autograd.grad(value.sum(), g)
    torch.testing.assert_close(grad, ratio(g.detach() - tau[:, None], link, **LINKS[link]) / 9)
    assert gradcheck(lambda g: energy.normaliser(g, link, **LINKS[link]).value, g)


def sorted_sparsemax(g):
    """Project g / |Y| onto the simplex by sorting, the textbook way."""
    M = g.shape[-1]
    z = (g / M).sort(-1, descending=True).values
    count = torch.arange(1, M + 1, dtype=g.dtype)
    tail = z.cumsum(-1) - 1
    size = (count * z > tail).sum(-1, keepdim=True)
    return (g / M - tail.gather(-1, size - 1) / size).clamp(min=0)


def test_sparsemax_is_the_projection_onto_the_simplex_with_true_zeros():
    g = 20 * draw(4, 64)
    tau, _ = energy.normaliser(g, "sparsemax")
    p = ratio(g - tau[:, None], "sparsemax") / 64
    torch.testing.assert_close(p, sorted_sparsemax(g))
    assert 0 < (p == 0).double().mean() < 1


def test_entmax_of_two_is_sparsemax_shifted_by_one():
    g = draw(3, 30)
    two, sparse = energy.normaliser(g, "entmax", alpha=2.0), energy.normaliser(g, "sparsemax")
    torch.testing.assert_close(two.value, sparse.value)
    torch.testing.assert_close(two.tau, sparse.tau + 1)


# ---------------------------------------------------------------- the joint loss


@every_link
def test_conjugate_is_the_largest_uv_minus_f(link):
    u = torch.linspace(1e-9, 60, 400_001, dtype=torch.float64)
    a = 1.5
    f = {"logistic": u * u.log() - u + 1, "sparsemax": (u**2 - 1) / 2,
         "entmax": (u**a - a * u + a - 1) / (a * (a - 1))}[link]
    v = torch.tensor([-3.0, -0.5, 0.0, 0.7, 2.0], dtype=torch.float64)
    want = torch.stack([(x * u - f).max() for x in v])
    torch.testing.assert_close(conjugate(v, link), want, rtol=0, atol=1e-6)


@every_link
def test_ratio_is_the_slope_of_the_conjugate(link):
    v = draw(50).requires_grad_()
    (slope,) = torch.autograd.grad(conjugate(v, link).sum(), v)
    torch.testing.assert_close(slope, ratio(v.detach(), link))


def test_over_all_states_the_loss_is_the_likelihood_plus_the_excess():
    g, delta = draw(5, 64), draw(5, seed=1)
    L = energy.log_partition_enumerated(g)
    loss = joint_loss(g[:, 3], g, L + delta)
    torch.testing.assert_close(loss, L - g[:, 3] + energy.excess(delta))


@every_link
def test_the_lowest_tau_gives_the_normalisers_value(link):
    g = draw(4, 32)
    tau, value = energy.normaliser(g, link)
    torch.testing.assert_close(joint_loss(g[:, 0], g, tau, link), value - g[:, 0])


@every_link
def test_single_guesses_average_to_the_exact_loss_and_gradient(link):
    g, tau = draw(3, 16).requires_grad_(), draw(3, seed=1).requires_grad_()
    exact = joint_loss(g[:, 2], g, tau, link).sum()
    one_by_one = sum(joint_loss(g[:, 2], g[:, [s]], tau, link).sum() for s in range(16)) / 16
    torch.testing.assert_close(exact, one_by_one)
    for a, b in zip(torch.autograd.grad(exact, (g, tau)), torch.autograd.grad(one_by_one, (g, tau)),
                    strict=True):
        torch.testing.assert_close(a, b)


def test_the_logarithm_of_an_average_is_biased_and_the_joint_loss_is_not():
    g = 2 * draw(1, 8)
    L = energy.log_partition_enumerated(g)
    singles = torch.stack([energy.log_mean_loss(g[:, 0], g[:, [s]]) for s in range(8)]).mean(0)
    assert float(singles - (L - g[:, 0])) < -0.5


@every_link
def test_weights_move_guesses_to_another_law_without_bias(link):
    g, tau, r = draw(2, 8), draw(2, seed=1), draw(8, seed=2).softmax(-1)
    want = joint_loss(g[:, 0], g, tau, link)
    log_weights = -math.log(8) - r.log()
    each = torch.stack([joint_loss(g[:, 0], g[:, [s]], tau, link, log_weights=log_weights[[s]])
                        for s in range(8)])
    torch.testing.assert_close((r[:, None] * each).sum(0), want)


def test_guesses_shared_by_a_batch_are_the_same_guesses_repeated():
    u, y = draw(4, 6), energy.uniform_binary(9, 6, generator=coin(), dtype=torch.float64)
    shared = joint_loss(u[:, 0], u @ y.T, draw(4, seed=1))
    own = (u[:, None] * y.expand(4, 9, 6)).sum(-1)
    torch.testing.assert_close(shared, joint_loss(u[:, 0], own, draw(4, seed=1)))


def test_past_the_cap_the_loss_is_a_line_and_finite_in_single_precision():
    c = 5 * math.log(2)
    v = torch.tensor([c - 1, c + 1, 300.0], requires_grad=True)
    value = conjugate(v, cap=c)
    want = torch.tensor([math.exp(c - 1) - 1, math.exp(c) * 2 - 1,
                         math.exp(c) * (301 - c) - 1])
    torch.testing.assert_close(value, want)
    (slope,) = torch.autograd.grad(value.sum(), v)
    torch.testing.assert_close(slope, torch.tensor([math.exp(c - 1), math.exp(c), math.exp(c)]))


def test_a_cap_at_the_number_of_states_moves_no_minimum_and_a_lower_one_limits_the_ratio():
    g, c = 9 * draw(3, 32), math.log(32)
    L = energy.log_partition_enumerated(g)
    taus = L[:, None] + torch.linspace(-2, 2, 4001, dtype=torch.float64)
    for cap, same in ((c, True), (c - 2, False)):
        heights = torch.stack([joint_loss(g[:, 0], g, t, cap=cap) for t in taus.T], 1)
        lowest = taus.gather(1, heights.argmin(1, keepdim=True))[:, 0]
        assert torch.allclose(lowest, L, atol=2e-3) is same


def test_loss_passes_gradcheck():
    g_pos, g, tau = (t.requires_grad_() for t in (draw(2), draw(2, 3, seed=1), draw(2, seed=2)))
    for link in LINKS:
        assert gradcheck(lambda a, b, c, link=link: joint_loss(a, b, c, link), (g_pos, g, tau))
    assert gradcheck(lambda a, b, c: joint_loss(a, b, c, cap=0.3), (g_pos, g, tau))


def test_excess_is_zero_at_zero_and_steeper_below():
    d = torch.linspace(-2, 2, 401, dtype=torch.float64)
    assert energy.excess(d).min() == 0 == energy.excess(d)[200]
    assert (energy.excess(-d[201:]) > energy.excess(d[201:])).all()


def test_biases_are_what_many_walks_show():
    w = draw(4000, 64).exp()
    w = w / w.mean()
    chi2, S, lr = float((w**2).mean() - 1), 64, 0.2
    picks = torch.randint(w.numel(), (40_000, S), generator=coin())
    measured = float(w.flatten()[picks].mean(1).log().mean())
    assert measured == pytest.approx(energy.log_mean_bias(chi2, S), rel=0.1)
    d, total = torch.zeros(4000, dtype=torch.float64), []
    for step in range(300):
        picks = torch.randint(w.numel(), (4000, S), generator=coin(step + 1))
        d = d - lr * (1 - w.flatten()[picks].mean(1) * (-d).exp())
        total.append(d.mean())
    assert float(torch.stack(total[60:]).mean()) == pytest.approx(
        energy.tau_bias(lr, chi2, S), rel=0.15)


# ---------------------------------------------------------------- rivals


def test_nce_of_the_right_model_is_where_its_gradient_vanishes():
    g = draw(1, 8).requires_grad_()
    tau = energy.log_partition_enumerated(g.detach()).requires_grad_()
    p = g.detach().softmax(-1)[0]
    loss = 0
    for s in range(8):  # data from p, one guess at a time, uniform
        for guess in range(8):
            loss = loss + p[s] / 8 * energy.nce_loss(g[:, s], g[:, [guess]], tau).sum()
    for grad in torch.autograd.grad(loss, (g, tau)):
        torch.testing.assert_close(grad, torch.zeros_like(grad), rtol=0, atol=1e-12)


def test_adversary_climbs_to_the_model_and_its_gradient_is_unbiased():
    g, a = draw(1, 6), draw(1, 6, seed=1).requires_grad_()
    p = a.softmax(-1)
    objective = (p * (g - p.log())).sum() + 0.0
    (want,) = torch.autograd.grad(objective, a)
    total = 0
    for s in range(6):
        for t in range(6):
            pick = torch.tensor([s, t])
            log_p = a.log_softmax(-1)[:, pick]
            _, rival = energy.min_max_losses(g[:, 0], g[:, pick], log_p, 0.0)
            chance = (p[0, s] * p[0, t]).detach()
            total = total + chance * rival.sum()
    (got,) = torch.autograd.grad(-total, a)
    torch.testing.assert_close(got, want)


def test_fenchel_young_is_zero_at_its_own_answer_and_its_gradient_is_a_difference():
    u = draw(4, 5).requires_grad_()
    y = energy.map_unary(u.detach())
    (grad,) = torch.autograd.grad(energy.fenchel_young_loss(u, y).sum(), u)
    torch.testing.assert_close(grad, u.detach().clamp(0, 1) - y)
    far = (10 * (2 * y - 1)).requires_grad_()
    torch.testing.assert_close(energy.fenchel_young_loss(far, y), torch.zeros(4).double())


def test_fenchel_young_without_couplings_is_the_coupled_one_with_zeros():
    u, y = draw(3, 4), energy.uniform_binary(3, 4, generator=coin(), dtype=torch.float64)
    zero = torch.zeros(4, 4, dtype=torch.float64)
    torch.testing.assert_close(energy.fenchel_young_loss(u, y, zero, steps=60),
                               energy.fenchel_young_loss(u, y))


# ---------------------------------------------------------------- guesses and chains


def frequencies(rows, states):
    hits = (rows[:, None] == states).all(-1)
    assert hits.any(1).all()
    return hits.double().mean(0)


def test_uniform_guesses_meet_every_state_alike():
    y = energy.uniform_binary(40_000, 3, generator=coin(), dtype=torch.float64)
    assert (frequencies(y, energy.all_binary(3)) - 1 / 8).abs().max() < 0.01
    r = energy.uniform_permutations(40_000, 3, generator=coin(), dtype=torch.float64)
    assert (frequencies(r, energy.all_rankings(3)) - 1 / 6).abs().max() < 0.01


def test_bernoulli_and_plackett_luce_follow_their_log_probabilities():
    p = torch.tensor([0.2, 0.7], dtype=torch.float64)
    states = energy.all_binary(2, dtype=torch.float64)
    want = energy.bernoulli_log_prob(p, states).exp()
    y = energy.bernoulli(p, 40_000, generator=coin())
    assert (frequencies(y, states) - want).abs().max() < 0.01 and want.sum() == pytest.approx(1)
    theta, orders = draw(3), energy.all_rankings(3, dtype=torch.float64)
    want = energy.plackett_luce_log_prob(theta, orders).exp()
    r = energy.plackett_luce(theta, 40_000, generator=coin())
    assert (frequencies(r, orders) - want).abs().max() < 0.01 and want.sum() == pytest.approx(1)


def test_gibbs_keeps_the_law_of_coupled_switches():
    u, U = draw(3), torch.zeros(3, 3, dtype=torch.float64)
    U[0, 1] = U[1, 0] = 1.5
    states = energy.all_binary(3, dtype=torch.float64)
    g = states @ u + torch.einsum("sa,ac,sc->s", states, U, states) / 2
    y, many = torch.zeros(400, 3, dtype=torch.float64), []
    for seed in range(60):
        y = energy.gibbs(y, u.expand(400, 3), U, moves=9, generator=coin(seed))
        many.append(y)
    seen = frequencies(torch.cat(many[10:]), states)
    assert (seen - g.softmax(-1)).abs().max() < 0.015


def test_swap_chain_keeps_the_law_of_rankings():
    theta, orders = draw(4), energy.all_rankings(4, dtype=torch.float64)
    y = energy.uniform_permutations(20_000, 4, generator=coin(), dtype=torch.float64)
    y = energy.swap_chain(y, theta.expand(20_000, 4), moves=40, generator=coin(1))
    want = (orders @ theta).softmax(-1)
    assert (frequencies(y, orders) - want).abs().max() < 0.015


def test_chains_without_moves_stay():
    y = energy.uniform_permutations(5, 4, generator=coin())
    assert torch.equal(energy.swap_chain(y, y, moves=0), y)
    assert torch.equal(energy.gibbs(y, y, moves=0), y)


# ---------------------------------------------------------------- answers


def test_most_likely_states_are_those_of_enumeration():
    u = draw(6, 5)
    states = energy.all_binary(5, dtype=torch.float64)
    assert torch.equal(energy.map_unary(u), states[(u @ states.T).argmax(-1)])
    orders = energy.all_rankings(5, dtype=torch.float64)
    assert torch.equal(energy.map_ranking(u), orders[(u @ orders.T).argmax(-1)])
    theta = draw(6, 5, 5)
    places = (orders + 2).long()
    scores = theta[:, torch.arange(5), places].sum(-1)
    assert torch.equal(energy.map_matching(theta), orders[scores.argmax(-1)])


def test_coupled_answer_is_better_than_all_its_neighbours():
    u, U = draw(5, 6), draw(6, 6, seed=1)
    U = (U + U.T) / 2
    U.fill_diagonal_(0)
    y = energy.map_pairwise(u, U)

    def value(y):
        return (u * y).sum(-1) + torch.einsum("ba,ac,bc->b", y, U, y) / 2

    for i in range(6):
        other = y.clone()
        other[:, i] = 1 - other[:, i]
        assert (value(other) <= value(y) + 1e-12).all()
    assert torch.equal(energy.map_pairwise(u, 0 * U), energy.map_unary(u))


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(("make", "words"), [
    (lambda: joint_loss(draw(2), draw(3, 4), draw(3)), r"g_prior must be \(\*B, S\)"),
    (lambda: joint_loss(draw(3), draw(3, 4), draw(3, 1)), r"g_prior must be \(\*B, S\)"),
    (lambda: joint_loss(draw(3), draw(3, 4), draw(3), "probit"), "link must be logistic"),
    (lambda: conjugate(draw(3), "entmax", alpha=1.0), r"alpha must be in \(1, 2\], got 1.0"),
    (lambda: energy.tau_bias(0.0, 1.0, 1), r"lr must be in \(0, 1\], got 0.0"),
    (lambda: energy.log_mean_bias(-1.0, 1), "chi2 must be >= 0, got -1.0"),
    (lambda: energy.log_mean_bias(1.0, 0), "S must be >= 1, got 0"),
    (lambda: energy.log_mean_loss(draw(2), draw(3, 4)), "guesses must be"),
    (lambda: energy.min_max_losses(draw(2), draw(2, 1), draw(2, 1), 0.0), "at least 2 guesses"),
    (lambda: energy.fenchel_young_loss(draw(2), draw(3)), "u and y must have equal shapes"),
    (lambda: energy.fenchel_young_loss(draw(2), draw(2), lr=0.0), "lr must be > 0"),
    (lambda: energy.log_partition_pairwise(draw(2, 5), 3), "w must have k"),
    (lambda: energy.log_partition_pairwise(draw(2, 231), 21), r"k must be in \[1, 20\]"),
    (lambda: energy.log_partition_permutations(draw(2, 17)), r"k must be in \[1, 16\]"),
    (lambda: energy.log_partition_permutations(draw(2, 3), draw(4)), r"v must have shape \(3,\)"),
    (lambda: energy.log_partition_matchings(draw(2, 3)), "theta must be"),
    (lambda: energy.all_binary(21), r"k must be in \[1, 20\], got 21"),
    (lambda: energy.all_rankings(9), r"k must be in \[1, 8\], got 9"),
    (lambda: energy.bernoulli(draw(2), 0), "S must be >= 1, got 0"),
    (lambda: energy.plackett_luce(draw(2), 0), "S must be >= 1, got 0"),
    (lambda: energy.gibbs(draw(2), draw(3), moves=1), "equal shapes"),
    (lambda: energy.swap_chain(draw(2), draw(2), moves=-1), "moves must be >= 0, got -1"),
    (lambda: energy.swap_chain(draw(1), draw(1), moves=1), "k must be >= 2, got 1"),
    (lambda: energy.map_pairwise(draw(2), draw(2, 2), sweeps=0), "sweeps must be >= 1, got 0"),
    (lambda: Switches(0.0), "sharpness must be > 0, got 0.0"),
    (lambda: Switches(k=1), r"k must be in \[2, 16\], got 1"),
    (lambda: bumps(draw(3), 0), "count must be >= 1, got 0"),
    (lambda: class_rankings(*iris(), smoothing=-1.0), "smoothing must be >= 0"),
    (lambda: multilabel("enron"), "name must be one of yeast"),
])
def test_refusals_name_their_cause(make, words):
    with pytest.raises(ValueError, match=words):
        make()


# ---------------------------------------------------------------- what it shares


def test_switches_score_and_sum_what_they_say():
    toy, x = Switches(1.3), torch.linspace(-3, 3, 4, dtype=torch.float64)
    own = toy.states.expand(4, -1, -1)
    torch.testing.assert_close(toy.scores(x, own), toy.scores(x, toy.states))
    L = toy.log_partition(x)
    torch.testing.assert_close(L, energy.log_partition_enumerated(toy.scores(x, toy.states)))
    torch.testing.assert_close(toy.spread(x), (2 * (toy.scores(x, toy.states) - L[:, None])).exp()
                               .mean(1) - 1)
    drawn = toy.draw(x[:1].expand(20_000), generator=coin())
    want = toy.scores(x[:1], toy.states).softmax(-1)[0] @ toy.states
    assert (drawn.mean(0) - want).abs().max() < 0.015


def test_bumps_sum_to_one_and_one_bump_is_constant():
    x = torch.linspace(-3, 3, 9, dtype=torch.float64)
    torch.testing.assert_close(bumps(x, 7).sum(1), torch.ones(9, dtype=torch.float64))
    assert torch.equal(bumps(x, 1), torch.ones(9, 1, dtype=torch.float64))


def test_members_of_a_crowd_train_as_if_alone():
    x, y = draw(3, 40, 4), draw(3, 40, 2, seed=1)

    def trained(members):
        net = CrowdMLP(3, 4, 2, hidden=8, dtype=torch.float64, generator=coin())
        for p in net.parameters():
            p.data = p.data[members]
        train_crowds([net], lambda k: 50 * ((net(x[members]) - y[members]) ** 2).mean((1, 2)),
                     steps=30, lr=0.1, clip=0.5, weight_decay=0.1)
        return [p.detach() for p in net.parameters()]

    for together, alone in zip(trained([0, 1, 2]), trained([1]), strict=True):
        torch.testing.assert_close(together[[1]], alone)


def test_a_crowd_of_one_layer_is_linear_and_scale_zero_starts_at_zero():
    net = CrowdMLP(2, 3, 4, hidden=0, generator=coin())
    a, b = torch.ones(1, 3), 2 * torch.ones(1, 3)
    torch.testing.assert_close(2 * net(a), net(b))
    assert not CrowdMLP(2, 3, 4, scale=0.0)(a).any()


def test_wine_and_rankings_are_scikit_learns():
    from sklearn.datasets import load_wine
    from sklearn.naive_bayes import GaussianNB

    table = wine()
    x, y = load_wine(return_X_y=True)
    assert torch.equal(table.x, torch.tensor(x)) and torch.equal(table.y, torch.tensor(y))
    ranks = class_rankings(*table)
    best = GaussianNB(var_smoothing=1e-9).fit(x, y).predict(x)
    assert (ranks.argmax(1).numpy() == best).all()
    assert torch.equal(ranks.sort(1).values, torch.tensor([[-1.0, 0, 1]]).double().expand(178, 3))


ARFF = """@relation toy
@attribute a numeric
@attribute place {2,10}
@attribute one {0,1}
@attribute two {0,1}
@data
1.5,10,0,1
-2,2,1,1
"""


def test_multilabel_reads_mulans_files_and_says_what_is_missing(tmp_path, monkeypatch):
    labels = "".join(f"@attribute l{i} {{0,1}}\n" for i in range(6))
    rows = "".join(f"{i},{i % 2},0,1,0,1,1\n" for i in range(10))
    text = f"@relation toy\n@attribute a numeric\n{labels}@data\n{rows}"
    (tmp_path / "scene-train.arff").write_text(text)
    (tmp_path / "scene-test.arff").write_text(text)
    part = multilabel("scene", tmp_path)
    assert part.x_train[:, 0].tolist() == list(range(10)) and part.y_test.shape == (10, 6)
    assert part.y_train[1].tolist() == [1, 0, 1, 0, 1, 1]
    (tmp_path / "emotions.arff").write_text(text)
    monkeypatch.setenv("GRADCOURSE_MULTILABEL", str(tmp_path))
    one, same, other = (multilabel("emotions", seed=s).x_test for s in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other) and len(one) == 2
    (tmp_path / "yeast.arff").write_text(ARFF)
    with pytest.raises(ValueError, match="the last 14 columns of yeast.arff must be labels"):
        multilabel("yeast")
    with pytest.raises(FileNotFoundError, match=r"no birds.arff in .*GRADCOURSE_MULTILABEL"):
        multilabel("birds")


def test_multilabel_without_a_folder_asks_openml_or_says_how_to_help(monkeypatch):
    import sklearn.datasets

    monkeypatch.delenv("GRADCOURSE_MULTILABEL", raising=False)
    with pytest.raises(FileNotFoundError, match="OpenML has no cal500: give the folder"):
        multilabel("cal500")

    def offline(**options):
        raise OSError("no route")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", offline)
    with pytest.raises(FileNotFoundError, match="cannot fetch scene from OpenML .no route."):
        multilabel("scene")

    class Found:
        data = torch.arange(20.0).reshape(10, 2).numpy()
        target = [["TRUE", "FALSE"] * 3] * 10

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda **options: Found)
    assert multilabel("scene").y_train[0].tolist() == [1, 0, 1, 0, 1, 0]
