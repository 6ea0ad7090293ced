"""Cutting gradients, ACClip, tails and heavy-tailed noise.

Five kinds of test for each: an independent source, limits, laws, known numbers, refusals.
"""

import copy
import math
import pickle

import pytest
import torch

from gradcourse.data import SOURCES, python_source
from gradcourse.methods.clipping import (
    ACClip,
    State,
    acclip_step,
    clip_bounds,
    clip_coordinates,
    clip_norm,
    kurtosis,
    rate_exponent,
    tail_index,
    threshold,
)
from gradcourse.pictures.clipping import resting_place
from gradcourse.problems import pareto_from_uniform, pareto_noise, student_noise


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


def lomax(n, tail):
    """Every quantile of a one-sided Lomax number less its mean, evenly spaced."""
    u = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    return (1 - u) ** (-1 / tail) - 1 - 1 / (tail - 1)


# --- cutting ------------------------------------------------------------------------------------


def test_clip_norm_is_torchs_clip_grad_norm():
    for g in normal(20, 7):
        p = torch.nn.Parameter(torch.zeros(7, dtype=torch.float64))
        p.grad = g.clone()
        torch.nn.utils.clip_grad_norm_([p], 2.0)
        torch.testing.assert_close(clip_norm(g, 2.0), p.grad, rtol=1e-5, atol=0)


def test_clip_coordinates_is_torchs_clip_grad_value():
    p = torch.nn.Parameter(torch.zeros(50, dtype=torch.float64))
    p.grad = normal(50)
    torch.nn.utils.clip_grad_value_([p], 0.7)
    torch.testing.assert_close(clip_coordinates(normal(50), 0.7), p.grad)


@pytest.mark.parametrize("clip", [clip_norm, clip_coordinates])
def test_nothing_stays_nothing_and_infinity_cuts_nothing(clip):
    g = normal(5, 3)
    g[2] = 0
    assert torch.equal(clip(g, math.inf), g)
    assert torch.equal(clip(g, 1e9), g)
    assert torch.equal(clip(torch.zeros(4), 0.1), torch.zeros(4))
    assert torch.equal(clip(clip(g, 0.5), 0.6), clip(g, 0.5))


def test_a_cut_norm_keeps_its_direction_and_a_cut_coordinate_its_sign():
    g = 5 * normal(100, 4)
    short = clip_norm(g, 1.0)
    assert (short.norm(dim=1) <= 1 + 1e-12).all()
    torch.testing.assert_close(torch.cosine_similarity(g, short), torch.ones(100).double())
    assert torch.equal(clip_coordinates(g, 1.0).sign(), g.sign())


def test_in_one_dimension_both_cuts_are_one():
    torch.testing.assert_close(clip_norm(normal(50, 1), 0.4), clip_coordinates(normal(50, 1), 0.4))


def test_each_row_and_each_coordinate_may_have_its_own_threshold():
    g, taus = normal(6, 4), torch.rand(6, generator=seeded(), dtype=torch.float64) + 0.1
    for row, tau, whole in zip(g, taus, clip_norm(g, taus), strict=True):
        torch.testing.assert_close(clip_norm(row, float(tau)), whole)
    per = clip_coordinates(g, torch.tensor([1.0, math.inf, 0.2, 0.3]).double())
    assert torch.equal(per[:, 1], g[:, 1]) and per[:, 2].abs().max() < 0.2001


# --- theory -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", [1.2, 1.5, 1.8])
@pytest.mark.parametrize("tau", [2.0, 10.0, 50.0])
def test_bounds_hold_on_one_sided_noise(tail, tau):
    g, alpha = lomax(100_000, tail), tail - 0.05
    bias, second = clip_bounds(tau, alpha=alpha, moment=(g.abs() ** alpha).mean())
    cut = clip_coordinates(g, tau)
    assert (cut.mean() - g.mean()).abs() <= bias
    assert (cut**2).mean() <= second


def test_the_threshold_balances_the_bounds_and_gives_the_exponent():
    for alpha in (1.1, 1.5, 2.0):
        k = torch.tensor([10.0, 1e5], dtype=torch.float64)
        bias, second = clip_bounds(threshold(k, alpha=alpha, scale=3.0), alpha=alpha,
                                   moment=3.0**alpha)
        torch.testing.assert_close(bias**2, second / k)
        slope = (bias[1] / bias[0]).log() * 2 / math.log(1e4)
        assert rate_exponent(alpha) == pytest.approx(float(slope))


def test_exponents_by_hand():
    assert rate_exponent(2.0) == -1
    assert rate_exponent(1.5) == pytest.approx(-2 / 3)
    assert threshold(8, alpha=1.5) == pytest.approx(4)


@pytest.mark.parametrize("tail", [1.3, 1.5, 1.9])
@pytest.mark.parametrize("tau", [0.3, 1.0, 10.0])
def test_resting_place_is_the_root_of_the_cut_mean(tail, tau):
    x = resting_place(tail, tau)
    assert clip_coordinates(x + lomax(400_000, tail), tau).mean().abs() < 2e-4 * tau


def test_known_resting_place_and_its_limits():
    assert resting_place(1.5, 1.0) == pytest.approx(1.194, abs=1e-3)
    median = 2 ** (1 / 1.5) - 1 - 2
    assert resting_place(1.5, 1e-4) == pytest.approx(-median, abs=1e-3)
    assert resting_place(3.0, 1e6) == pytest.approx(0, abs=1e-3)


# --- ACClip -------------------------------------------------------------------------------------


def wild(steps=400, columns=30, seed=0):
    return student_noise((steps, columns), 1.5, generator=seeded(seed))


def walk(gradients, **settings):
    state = State.at_rest(torch.zeros_like(gradients[0]))
    for g in gradients:
        state = acclip_step(state, g, **settings)
    return state


@pytest.mark.parametrize("alpha", [1.0, 1.5, 2.0])
def test_equal_betas_never_cut(alpha):
    """Then ACClip is momentum, up to rounding."""
    gradients, betas = wild(), (0.9, 0.9)
    m, x = torch.zeros(30, dtype=torch.float64), torch.zeros(30, dtype=torch.float64)
    for g in gradients:
        m = 0.9 * m + 0.1 * g
        x = x - 0.1 * m
    torch.testing.assert_close(walk(gradients, lr=0.1, betas=betas, alpha=alpha).x, x)


def test_the_averages_are_weighted_sums():
    gradients = wild(50)
    state = walk(gradients, lr=0.1, alpha=1.5)
    ages = torch.arange(49, -1, -1, dtype=torch.float64)[:, None]
    torch.testing.assert_close(state.m, (0.1 * 0.9**ages * gradients).sum(0))
    torch.testing.assert_close(state.s, (0.01 * 0.99**ages * gradients.abs() ** 1.5).sum(0))


def test_the_first_step_cuts_everything_and_the_share_falls():
    state, shares = State.at_rest(torch.zeros(400, dtype=torch.float64)), []
    for g in wild(1500, 400):
        state = acclip_step(state, g, lr=1.0)
        shares.append(float((state.m.abs() > state.s * (1 + 1e-9)).double().mean()))
    assert shares[0] == 1
    assert sum(shares[:500]) / 500 == pytest.approx(0.137, abs=0.01)
    assert sum(shares[1000:]) / 500 == pytest.approx(0.057, abs=0.01)


def test_a_step_is_never_longer_than_the_threshold_and_scales_with_the_gradient():
    gradients = wild(60)
    state, before = walk(gradients, lr=0.3), walk(gradients[:-1], lr=0.3)
    assert ((state.x - before.x).abs() <= 0.3 * state.s * (1 + 1e-12)).all()
    torch.testing.assert_close(walk(7 * gradients, lr=0.3).x, 7 * state.x)


def test_eps_shortens_the_step_a_little():
    gradients = wild(60)
    exact, dusty = walk(gradients, lr=1.0), walk(gradients, lr=1.0, eps=1e-5)
    assert not torch.equal(exact.x, dusty.x)
    torch.testing.assert_close(dusty.x, exact.x, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("foreach", [None, False, True])
@pytest.mark.parametrize("settings", [{}, {"alpha": 1.5}, {"betas": (0.5, 0.8), "eps": 1e-3}])
def test_optimizer_walks_the_path_of_the_step(foreach, settings):
    gradients = wild(40)
    params = [torch.nn.Parameter(torch.zeros(n, dtype=torch.float64)) for n in (10, 20)]
    optimizer = ACClip(params, lr=0.1, foreach=foreach, **settings)
    for g in gradients:
        for p, part in zip(params, g.split([10, 20]), strict=True):
            p.grad = part.clone()
        optimizer.step()
        assert torch.equal(torch.cat([p.grad for p in params]), g)
    want = walk(gradients, lr=0.1, **settings).x
    torch.testing.assert_close(torch.cat([p.detach() for p in params]), want)


@pytest.mark.parametrize("foreach", [False, True])
def test_optimizer_skips_what_has_no_gradient_and_keeps_groups_apart(foreach):
    one, two, idle = (torch.nn.Parameter(torch.ones(3)) for _ in range(3))
    optimizer = ACClip([{"params": [one, idle]}, {"params": [two], "lr": 1.0, "betas": (0.0, 0.0)}],
                       lr=0.5, betas=(0.0, 0.0), foreach=foreach)
    for p in (one, two):
        p.grad = torch.full((3,), 0.5)
    optimizer.step()
    assert idle.tolist() == [1.0] * 3 and one.tolist() == [0.75] * 3 and two.tolist() == [0.5] * 3


def many(seed, sizes=(3, 70_000, 40, 1, 20_000, 7), dtype=torch.float64):
    params = [torch.nn.Parameter(torch.zeros(n, dtype=dtype)) for n in sizes]
    params.append(torch.nn.Parameter(torch.zeros(4, 5, dtype=dtype).T))  # not contiguous
    return params, student_noise((60, sum(p.numel() for p in params)), 1.5, dtype=dtype,
                                 generator=seeded(seed))


def advance_all(optimizer, params, g, without=()):
    for i, (p, part) in enumerate(zip(params, g.split([p.numel() for p in params]), strict=True)):
        p.grad = None if i in without else part.clone().view(p.shape)
    optimizer.step()


@pytest.mark.parametrize("settings", [{}, {"alpha": 1.5}, {"betas": (0.5, 0.8), "eps": 1e-3}])
def test_small_tensors_end_to_end_walk_as_each_by_itself(settings):
    """Some have no gradient at times, and one state is loaded on the way."""
    together, gradients = many(0)
    apart, _ = many(0)
    fast = ACClip(together, lr=0.1, **settings)
    slow = ACClip(apart, lr=0.1, foreach=False, **settings)
    for k, g in enumerate(gradients):
        without = (2, 3) if k in (0, 7, 8) else ()
        advance_all(fast, together, g, without)
        advance_all(slow, apart, g, without)
        if k == 20:
            fast.load_state_dict(copy.deepcopy(fast.state_dict()))
    assert len(fast._banks) == 1
    for p, q in zip(together, apart, strict=True):
        torch.testing.assert_close(p.data, q.data, rtol=1e-12, atol=1e-12)
        for key in "ms":
            torch.testing.assert_close(fast.state[p][key], slow.state[q][key])


def test_acclip_agrees_with_five_lines_and_reads_gradients_only():
    params, gradients = many(1, dtype=torch.float32)
    optimizer = ACClip(params, lr=0.01)
    x = m = s = torch.zeros(gradients.shape[1])
    for g in gradients:
        advance_all(optimizer, params, g)
        assert torch.equal(torch.cat([p.grad.reshape(-1) for p in params]), g)
        m = 0.9 * m + 0.1 * g
        s = 0.99 * s + 0.01 * g.abs()
        x = x - 0.01 * torch.clamp(m, -s, s)
    got = torch.cat([p.detach().reshape(-1) for p in params])
    torch.testing.assert_close(got, x, rtol=1e-6, atol=1e-6 * float(x.abs().max()))


def test_a_pickled_optimizer_carries_each_average_once():
    params = [torch.nn.Parameter(torch.zeros(100)) for _ in range(50)]
    optimizer = ACClip(params, lr=0.1)
    advance_all(optimizer, params, torch.ones(5000))
    assert len(pickle.dumps(optimizer)) < 40 * 3 * 5000  # 4 bytes, x and two averages, and wrapping
    assert all(s["m"].untyped_storage().nbytes() == 400
               for s in copy.deepcopy(optimizer).state.values())


def test_optimizer_calls_the_closure_with_gradients_on():
    w = torch.nn.Parameter(torch.tensor([2.0]))
    optimizer = ACClip([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 4 and w.item() < 2


# --- tails --------------------------------------------------------------------------------------


def test_tail_index_by_hand_and_its_laws():
    x = torch.tensor([1.0, 2.0, 4.0, 8.0], dtype=torch.float64)
    assert float(tail_index(x, 2).index) == pytest.approx(2 / (3 * math.log(2)))
    for same in (-x, 10 * x, x.flip(0)):
        torch.testing.assert_close(tail_index(same, 2).index, tail_index(x, 2).index)
    torch.testing.assert_close(tail_index(x**2, 2).index, tail_index(x, 2).index / 2)


@pytest.mark.parametrize("k", [400, 1000, 2000])
def test_tail_index_is_right_on_pareto_and_low_on_lomax_and_never_infinite_on_normal(k):
    u = torch.rand(20_000, generator=seeded(), dtype=torch.float64)
    pareto = (1 - u) ** (-1 / 1.5)
    found = tail_index(pareto, k)
    assert found.low < 1.5 < found.high
    assert tail_index(pareto - 1, k).index < found.index
    assert 4 < float(tail_index(normal(20_000), k).index) < 9


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_the_band_holds_the_index_as_often_as_it_says(level):
    u = torch.rand(3000, 200, generator=seeded(), dtype=torch.float64)
    found = tail_index((1 - u) ** (-1 / 1.5), 10, level)
    held = ((found.low <= 1.5) & (found.high >= 1.5)).double().mean()
    assert float(held) == pytest.approx(level, abs=0.03)


def test_kurtosis_of_known_laws():
    assert float(kurtosis(normal(200_000))) == pytest.approx(3, abs=0.05)
    u = torch.linspace(-1, 1, 100_001, dtype=torch.float64)
    assert float(kurtosis(u)) == pytest.approx(1.8, abs=1e-3)
    torch.testing.assert_close(kurtosis(3 - 5 * u), kurtosis(u))


# --- noise and text -----------------------------------------------------------------------------


@pytest.mark.parametrize("one_sided", [0.0, 0.5, 1.0])
def test_pareto_noise_has_mean_zero_and_its_tail(one_sided):
    noise = pareto_noise((200_000,), 3.0, one_sided=one_sided, generator=seeded())
    assert abs(float(noise.mean())) < 0.01
    lifted = noise + one_sided / 2
    for z in (0.5, 2.0, 5.0):
        assert float((lifted.abs() > z).double().mean()) == pytest.approx((1 + z) ** -3, rel=0.1)
    assert float((lifted > 0).double().mean()) == pytest.approx((1 + one_sided) / 2, abs=0.01)


def test_panels_and_pages_turn_the_same_numbers_into_noise():
    g = seeded()
    size, sign = (torch.rand(5, 2, generator=g, dtype=torch.float64) for _ in range(2))
    torch.testing.assert_close(pareto_noise((5, 2), 1.5, one_sided=0.3, generator=seeded()),
                               pareto_from_uniform(size, sign, 1.5, 0.3))


@pytest.mark.parametrize("tail", [1.0, 2.5, 30.0])
def test_student_noise_has_students_quantiles(tail):
    from scipy.stats import kstest, t

    noise = student_noise((50_000,), tail, generator=seeded())
    assert kstest(noise.numpy(), t(tail).cdf).pvalue > 0.01


def test_noise_keeps_the_asked_type():
    for draw in (pareto_noise, student_noise):
        assert draw((4, 2), 1.5, generator=seeded(), dtype=torch.float32).dtype == torch.float32


def test_python_source_is_text_in_numbers():
    text = python_source(50, 500)
    assert len(text.tokens) == 500 * len(SOURCES) and len(text.words) == len(set(text.words)) == 50
    assert text.tokens.min() == 0 and text.tokens.max() == 49
    counts = torch.bincount(text.tokens)[1:]
    assert (counts[:-1] >= counts[1:]).all()
    assert "the" in text.words


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call, words", [
    (lambda: clip_norm(normal(3), 0.0), "tau must be > 0, got 0.0"),
    (lambda: clip_coordinates(normal(3), -1.0), "tau must be > 0, got -1.0"),
    (lambda: clip_coordinates(normal(3), math.nan), "tau must be > 0, got nan"),
    (lambda: threshold(3, alpha=1.0), r"alpha must be in \(1, 2\], got 1.0"),
    (lambda: threshold(3, alpha=1.5, scale=0.0), "scale must be > 0, got 0.0"),
    (lambda: rate_exponent(2.5), r"alpha must be in \(1, 2\], got 2.5"),
    (lambda: clip_bounds(0.0, alpha=1.5, moment=1.0), "tau must be > 0, got 0.0"),
    (lambda: walk(wild(2), lr=0.0), "lr must be > 0, got 0.0"),
    (lambda: walk(wild(2), lr=1.0, betas=(0.9, 1.0)), r"betas must be in \[0, 1\), got 1.0"),
    (lambda: walk(wild(2), lr=1.0, alpha=0.0), "alpha must be > 0, got 0.0"),
    (lambda: walk(wild(2), lr=1.0, eps=-1.0), "eps must be >= 0, got -1.0"),
    (lambda: acclip_step(State.at_rest(normal(3)), normal(4), lr=1.0), "g must have the shape"),
    (lambda: ACClip([torch.nn.Parameter(torch.ones(1))], lr=-1.0), "lr must be > 0, got -1.0"),
    (lambda: tail_index(normal(5), 5), r"k must be in \[1, 4\], got 5"),
    (lambda: tail_index(normal(5), 0), r"k must be in \[1, 4\], got 0"),
    (lambda: tail_index(normal(5), 2, 1.0), r"level must be in \(0, 1\), got 1.0"),
    (lambda: tail_index(torch.arange(5), 2), "x must be floating point"),
    (lambda: kurtosis(normal(1)), "a sample must have at least 2 numbers, got 1"),
    (lambda: pareto_noise((3,), 1.0, generator=seeded()), "tail must be > 1, got 1.0"),
    (lambda: pareto_noise((3,), 1.5, one_sided=2.0, generator=seeded()), "one_sided must be in"),
    (lambda: student_noise((3,), 0.0, generator=seeded()), "tail must be > 0, got 0.0"),
    (lambda: python_source(1), "vocabulary must be >= 2"),
])
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()
