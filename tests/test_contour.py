"""Contour sampling: the partition, the step and its fast forms, averages, the exact truth, rivals.

Five kinds of test for each: an independent source, limits, laws, known numbers, refusals.
"""

import math

import pytest
import torch

from gradcourse.methods import contour as ct
from gradcourse.problems import Mixture, Ripples, TwoCentres

F64 = torch.float64
TOY = Mixture([0.1, 0.9], [-4.0, 4.0])
X = torch.linspace(-10, 10, 8001, dtype=F64)
U = TOY.value(X)
P = (-U).softmax(0)
BINS, M = {"u0": float(U.min()), "du": 0.25}, 36
TRUE = ct.bin_masses(P, U, m=M, **BINS)
LEFT = torch.full((8, 1), -4.0, dtype=F64)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed), dtype=F64)


def random_masses(m=M, seed=0, spread=2.0):
    return (spread * normal(m, seed=seed)).softmax(0)


def bowl(x):
    return (x**2).sum(-1) / 2, x


# --- the partition ------------------------------------------------------------------------------


def test_bin_of_is_pythons_floor_division():
    u = 10 * normal(200)
    want = [min(max(int((v - 0.3) // 0.7), 0), 8) for v in u.tolist()]
    assert ct.bin_of(u, u0=0.3, du=0.7, m=9).tolist() == want


def test_log_psi_is_a_straight_line_between_upper_edges():
    """Against numpy's interpolation through the knots, flat below the first and above the last."""
    import numpy as np

    theta, u = random_masses(7), 12 * torch.rand(300, generator=seeded(1), dtype=F64) - 2
    edges = 0.5 + 1.2 * np.arange(1, 8)
    want = np.interp(u.numpy(), edges, theta.log().numpy())
    got = ct.log_psi(theta.log(), u, u0=0.5, du=1.2)
    assert torch.allclose(got, torch.tensor(want), atol=1e-12)


def test_rounded_and_interpolated_agree_at_the_knots():
    theta = random_masses()
    knots = BINS["u0"] + BINS["du"] * torch.arange(1, M + 1, dtype=F64) - 1e-12
    smooth, rounded = (ct.log_psi(theta.log(), knots, interpolate=i, **BINS) for i in (True, False))
    assert torch.allclose(smooth, rounded, atol=1e-9)
    inside = knots[1:] - 0.1
    assert (ct.log_psi(theta.log(), inside, **BINS) - rounded[1:]).abs().min() > 1e-4


def test_multiplier_is_the_slope_of_the_flattened_energy():
    """M = d/du of u + zeta tau log Psi(u), by autograd."""
    log_theta = random_masses().log()
    u = (BINS["u0"] + 8.9 * torch.rand(100, generator=seeded(2), dtype=F64)).requires_grad_()
    for zeta, tau in ((0.75, 1.0), (0.3, 2.0)):
        flat = u + zeta * tau * ct.log_psi(log_theta, u, **BINS)
        (want,) = torch.autograd.grad(flat.sum(), u)
        got = ct.multiplier(log_theta, u.detach(), zeta=zeta, temperature=tau, **BINS)
        assert torch.allclose(got, want, atol=1e-9)


def test_multiplier_is_one_for_flat_masses_and_for_zeta_zero_and_may_push_uphill():
    u = BINS["u0"] + 9 * torch.rand(50, generator=seeded(3), dtype=F64)
    pull = {"temperature": 1.0, **BINS}
    flat = torch.full((M,), 1 / M, dtype=F64).log()
    assert torch.equal(ct.multiplier(flat, u, zeta=1.0, **pull), torch.ones(50, dtype=F64))
    rough = random_masses().log()
    assert torch.equal(ct.multiplier(rough, u, zeta=0.0, **pull), torch.ones(50, dtype=F64))
    assert ct.multiplier(rough, u, zeta=1.0, **pull).min() < 0


def test_multiplier_is_one_beside_empty_bins_and_bounded_everywhere():
    theta = torch.tensor([0.0, 0.0, 1e-300, 0.5, 0.5, 0.0], dtype=F64)
    u = torch.tensor([0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 99.0], dtype=F64)
    got = ct.multiplier(theta.log(), u, zeta=1.0, temperature=1.0, u0=0.0, du=1.0)
    assert got.tolist() == [1, 1, 1, 50, 1, 1, 1]
    close = ct.multiplier(theta.log(), u, zeta=1.0, temperature=1.0, u0=0.0, du=1.0, bound=4.0)
    assert close.max() == 4


def test_a_constant_psi_has_no_gradient():
    """The rounded Psi is piecewise constant: its slope is zero wherever it has one."""
    u = (BINS["u0"] + 8.9 * torch.rand(100, generator=seeded(4), dtype=F64)).requires_grad_()
    steps = ct.log_psi(random_masses().log(), u, interpolate=False, **BINS)
    assert not steps.requires_grad  # nothing in it depends on u but the choice of the bin


def test_importance_weights_are_exact_for_any_frozen_masses():
    for seed in range(5):
        theta = random_masses(seed=seed)
        for zeta in (0.5, 0.75, 1.0):
            q = ct.flattened(P, ct.log_psi(theta.log(), U, **BINS), zeta)
            w = ct.importance_weights(theta, U, zeta=zeta, **BINS)
            assert float((q * w) @ X / (q * w).sum()) == pytest.approx(float(P @ X), abs=1e-9)
            rounded = ct.importance_weights(theta, U, zeta=zeta, interpolate=False, **BINS)
            off = float((q * rounded) @ X / (q * rounded).sum() - P @ X)
            assert abs(off) > 1e-3


def test_importance_weights_stand_tiny_masses():
    theta = torch.tensor([1.0, 1e-300, 1e-300], dtype=F64)
    w = ct.importance_weights(theta, torch.tensor([1.5, 2.5], dtype=F64), zeta=1.0, u0=0.0, du=1.0)
    assert w.isfinite().all() and w[0] / w[1] == pytest.approx(1e150)


# --- one step, and its two fast forms -----------------------------------------------------------


def start(x, m=M, theta=None):
    """The state that `ContourSGLD` begins with."""
    u, g = TOY.energy(x)
    theta = torch.full((m,), 1 / m, dtype=F64) if theta is None else theta
    seen = torch.zeros(len(x), m, dtype=torch.bool)
    seen[range(len(x)), ct.bin_of(u, m=m, **BINS)] = True
    return ct.State(x, u, g, theta.log().expand(len(x), m), seen)


@pytest.mark.parametrize("weight", ["interpolated", "published"])
@pytest.mark.parametrize("zeta", [0.5, 1.0])
def test_the_fast_chains_take_the_same_steps_as_the_readable_one(weight, zeta):
    options = {"lr": 0.03, "zeta": zeta, "weight": weight, "domain": (-7.0, 7.0), "bound": 6.0}
    fast = ct.ContourSGLD(TOY.energy, LEFT, m=M, gain=lambda k: 0.05 / (1 + k / 50), **options,
                          **BINS)
    trace = fast.run(400, generator=seeded())
    noise, state = torch.randn(400, 8, 1, generator=seeded(), dtype=F64), start(LEFT)
    for k in range(400):
        log_w = zeta * ct.log_psi(
            state.log_theta, state.u, seen=state.seen, interpolate=weight == "interpolated", **BINS)
        before = state
        state = ct.contour_step(state, TOY.energy, noise[k], omega=0.05 / (1 + k / 50), **options,
                                **BINS)
        log_w = zeta * ct.log_psi(before.log_theta, state.u, seen=state.seen,
                                  interpolate=weight == "interpolated", **BINS)
        assert torch.allclose(trace.log_w[k], log_w, atol=1e-10)
    assert torch.allclose(trace.x[-1], state.x, atol=1e-10)
    assert torch.allclose(fast.theta.log(), state.log_theta, atol=1e-10)
    assert torch.equal(fast.seen, state.seen)
    assert len(state.seen.any(0).nonzero()) > 8


@pytest.mark.parametrize("shared", [False, True])
def test_bin_0_bends_no_force_in_the_fast_chains_either(shared):
    def bowl(x):
        return (x**2).sum(-1) / 2, x

    at = {"u0": 0.0, "du": 0.5}
    x = torch.full((1 if shared else 5, 1), 0.3, dtype=F64)
    fast = ct.ContourSGLD(bowl, x, lr=0.1, m=6, gain=0.1, shared=shared, **at)
    rows = torch.full((len(x), 6), 1 / 6, dtype=F64).log()
    state = ct.State(x, *bowl(x), rows, fast.seen.expand(len(x), 6))
    trace, noise = fast.run(60, generator=seeded()), torch.randn(60, *x.shape, dtype=F64,
                                                                 generator=seeded())
    for k in range(60):
        state = ct.contour_step(state, bowl, noise[k], lr=0.1, omega=0.1, **at)
        assert torch.allclose(trace.x[k], state.x, atol=1e-10), k
    assert (trace.u < 0.5).double().mean() > 0.3


@pytest.mark.parametrize("weight", ["interpolated", "published"])
def test_one_chain_in_plain_python_is_the_same_chain(weight):
    def energy(x):
        u, g = TOY.energy(torch.tensor([x], dtype=F64))
        return float(u), g[0].tolist()

    options = {"lr": 0.03, "m": M, "weight": weight, "domain": (-7.0, 7.0), **BINS}
    many = ct.ContourSGLD(TOY.energy, LEFT[:1], gain=0.05, **options)
    trace = many.run(300, generator=seeded())
    noise = torch.randn(300, 1, generator=seeded(), dtype=F64).tolist()
    path, w, theta = ct.one_chain(energy, [-4.0], noise, gain=lambda k: 0.05, **options)
    assert torch.allclose(trace.x[:, 0], torch.tensor(path, dtype=F64), atol=1e-10)
    assert torch.allclose(trace.log_w[:, 0].exp(), torch.tensor(w, dtype=F64), rtol=1e-9)
    assert torch.allclose(many.theta[0], torch.tensor(theta, dtype=F64), rtol=1e-9)


def test_one_chain_keeps_its_masses_where_a_plain_product_would_underflow():
    noise = normal(2000, 1).tolist()
    _, _, theta = ct.one_chain(lambda x: (x[0] ** 2 / 2, x), [0.0], noise, lr=0.1, u0=0.0, du=0.5,
                               m=4, gain=lambda k: 0.5)
    assert sum(theta) == pytest.approx(1, abs=1e-9) and min(theta) > 0
    late = [[0.0]] * 4000 + [[9.0]]  # a bin is visited for the first time when its mass is gone
    _, w, theta = ct.one_chain(lambda x: (x[0] ** 2 / 2, x), [0.0], late, lr=0.1, u0=0.0, du=0.5,
                               m=9, zeta=0.0, gain=lambda k: 0.2)
    assert w[-1] == 1 and sum(theta) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("shared", [False, True])
def test_zeta_zero_is_sgld_step_for_step(shared):
    options = {"lr": 0.03, "domain": (-7.0, 5.0)}
    sampler = ct.ContourSGLD(TOY.energy, LEFT, m=M, zeta=0.0, gain=0.1, shared=shared, **options,
                             **BINS)
    mine = sampler.run(300, generator=seeded(1))
    plain = ct.sgld(TOY.energy, LEFT, 300, generator=seeded(1), **options)
    assert torch.equal(mine.x, plain.x) and torch.equal(mine.u, plain.u)
    assert torch.equal(mine.rejected, plain.rejected)
    assert not mine.log_w.any()


def test_flat_frozen_masses_are_sgld_step_for_step():
    sampler = ct.ContourSGLD(TOY.energy, LEFT, lr=0.03, m=M, zeta=1.0, gain=0.0,
                             theta=torch.ones(M), **BINS)
    mine, plain = sampler.run(200, generator=seeded()), ct.sgld(
        TOY.energy, LEFT, 200, lr=0.03, generator=seeded())
    assert torch.equal(mine.x, plain.x)


@pytest.mark.parametrize("shared", [False, True])
def test_masses_sum_to_one_and_stay_positive(shared):
    sampler = ct.ContourSGLD(TOY.energy, LEFT, lr=0.03, m=M, gain=0.3, zeta=0.75, shared=shared,
                             **BINS)
    for _ in range(5):
        sampler.run(200, generator=seeded())
        assert (sampler.theta.sum(-1) - 1).abs().max() < 1e-6
    assert (sampler.theta > 0).all()


def test_masses_in_float32_sum_to_one_too():
    sampler = ct.ContourSGLD(TOY.energy, LEFT.float(), lr=0.03, m=M, gain=0.1, **BINS)
    trace = sampler.run(1000, every=100, generator=seeded())
    assert trace.x.dtype == torch.float32 and sampler.theta.dtype == F64
    assert (sampler.theta.sum(-1) - 1).abs().max() < 1e-6


def test_shared_masses_move_by_the_mean_of_what_each_chain_would_do():
    sampler = ct.ContourSGLD(TOY.energy, normal(50, 1), lr=0.03, m=M, gain=0.2, zeta=0.6,
                             shared=True, theta=random_masses(), **BINS)
    before = sampler.theta
    trace = sampler.run(1, generator=seeded())
    w = (0.6 * ct.log_psi(before.log(), trace.u[0], **BINS)).exp()
    here = torch.nn.functional.one_hot(ct.bin_of(trace.u[0], m=M, **BINS), M)
    want = before + 0.2 * (w[:, None] * (here - before)).mean(0)
    assert sampler.theta.shape == (M,)
    assert torch.allclose(sampler.theta, want, atol=1e-12)


def test_never_visited_bins_leave_the_pull_alone_for_ever():
    """Bins far below the lowest energy: their masses only decay, and must not pull."""
    deep = {"u0": float(U.min()) - 5.0, "du": 0.25}
    sampler = ct.ContourSGLD(TOY.energy, -LEFT, lr=0.02, m=60, gain=0.3, zeta=1.0, **deep)
    lowest, pulls = torch.full((8,), float(U.min()) + 0.01, dtype=F64), []
    for _ in range(20):
        sampler.run(50, generator=seeded())
        pulls.append(ct.multiplier(sampler.theta.log(), lowest, zeta=1.0, temperature=1.0,
                                   seen=sampler.seen, **deep))
    assert not sampler.seen[:, :20].any() and sampler.seen[:, 20].all()
    ratio = sampler.theta[:, 19] / sampler.theta[:, 20]
    assert ratio.max() < 1e-3  # without the rule its logarithm would pull, ever harder
    assert torch.stack(pulls).eq(1).all()


def test_a_move_out_of_the_domain_is_refused_not_clipped():
    x0 = torch.full((500, 1), 0.95, dtype=F64)
    flat = lambda x: (0 * x.sum(-1), 0 * x)  # noqa: E731
    for trace in (ct.sgld(flat, x0, 400, lr=0.02, domain=(-1.0, 1.0), generator=seeded()),
                  ct.ContourSGLD(flat, x0, lr=0.02, domain=(-1.0, 1.0), u0=0.0, du=1.0, m=2).run(
                      400, generator=seeded())):
        ends = trace.x[200:].flatten()
        assert ends.abs().max() < 1  # a clipped walk sits on the edge
        assert ends.var() == pytest.approx(1 / 3, rel=0.05)  # and a refused one stays uniform
        assert 0.02 < trace.rejected.mean() < 0.5


@pytest.mark.parametrize("zeta", [0.5, 0.75, 1.0])
def test_masses_tend_to_the_exact_ones(zeta):
    """200 chains that learn together, on a target they cross easily."""
    easy = Mixture([0.3, 0.7], [-1.5, 1.5])
    u = easy.value(X)
    p, bins = (-u).softmax(0), {"u0": float(u.min()), "du": 0.3}
    want = ct.bin_masses(p, u, m=14, **bins)
    sampler = ct.ContourSGLD(easy.energy, 1.5 * normal(300, 1), lr=0.01, m=14, zeta=zeta,
                             gain=lambda k: 0.3 if k < 600 else 0.1, shared=True, **bins)
    generator, late = seeded(4), []
    sampler.run(900, every=900, generator=generator)
    for _ in range(45):
        sampler.run(20, every=20, generator=generator)
        late.append(sampler.theta)
    assert (torch.stack(late).mean(0) - want).abs().sum() < 0.1  # as published: 0.17 to 0.67


def test_one_mean_update_points_at_the_exact_masses():
    """With the interpolated weight the mean field is a positive number times theta* - theta."""
    for seed in range(4):
        theta = random_masses(seed=seed)
        for zeta in (0.5, 0.75, 1.0):
            field = ct.mean_field(P, U, theta, zeta=zeta, **BINS)
            ratio = field / (TRUE - theta)
            assert torch.allclose(ratio, ratio[0].expand(M), rtol=1e-9) and ratio[0] > 0
            rounded = ct.mean_field(P, U, theta, zeta=zeta, interpolate=False, **BINS)
            assert (rounded / (TRUE - theta)).std() > 0.01 * ratio[0]


def test_gain_falls_and_never_exceeds_its_cap():
    got = [ct.gain(k) for k in range(0, 10**5, 997)]
    assert got[0] == 3e-3 and got == sorted(got, reverse=True)
    assert ct.gain(10**6, power=1.0) == pytest.approx(10 / (10**6 + 100))


# --- averages -----------------------------------------------------------------------------------


def test_effective_sample_size_limits():
    assert ct.effective_sample_size(torch.full((7,), 3.0)) == 7
    assert ct.effective_sample_size(torch.tensor([0.0, 5.0, 0.0])) == 1
    w = torch.rand(100, 3, generator=seeded())
    got = ct.effective_sample_size(w)
    assert ((got >= 1) & (got <= 100)).all()
    assert torch.allclose(got, ct.effective_sample_size(9 * w))


def test_sample_share_is_what_many_weighted_samples_count():
    q = ct.flattened(P, ct.log_psi(TRUE.log(), U, **BINS), 0.75)
    drawn = torch.multinomial(q, 200_000, replacement=True, generator=seeded())
    w = ct.importance_weights(TRUE, U[drawn], zeta=0.75, **BINS)
    assert ct.effective_sample_size(w) / len(w) == pytest.approx(float(ct.sample_share(P, q)),
                                                                 rel=0.02)


def test_weighted_mean_by_hand_and_by_numpy():
    import numpy as np

    v, w = normal(50, 2), torch.rand(50, 2, generator=seeded(), dtype=F64)
    for i in range(2):
        want = np.average(v[:, i].numpy(), weights=w[:, i].numpy())
        assert ct.weighted_mean(v, w)[i] == pytest.approx(want)


def test_resampling_is_unbiased_and_keeps_light_samples():
    """Over 2,000 offsets each weight gets its copies; weights below one are not lost."""
    w = torch.distributions.Exponential(torch.ones(40, dtype=F64)).rsample().clamp(min=0.01)
    w[7] = 0
    generator, copies = seeded(), torch.zeros(40)
    for _ in range(2000):
        drawn = ct.resample(w, 60, generator=generator)
        assert len(drawn) == 60 and (drawn.diff() >= 0).all()
        count = torch.bincount(drawn, minlength=40)
        assert (count - 60 * w / w.sum()).abs().max() < 1
        copies += count / 2000
    want = 60 * w / w.sum()
    assert copies[7] == 0
    assert torch.allclose(copies.double(), want, atol=0.05)


def test_resampling_at_the_last_mark_stays_inside():
    w = torch.tensor([0.1] * 10 + [0.0], dtype=F64)
    for seed in range(50):
        assert ct.resample(w, 1000, generator=seeded(seed)).max() == 9


def test_batch_means_error_of_independent_samples_is_the_textbooks():
    v = normal(20_000, 8)
    got = ct.batch_means_error(v, batches=50)
    assert got.mean() == pytest.approx(1 / 20_000**0.5, rel=0.1)
    w = torch.rand(20_000, 8, generator=seeded(), dtype=F64)
    want = (w**2).sum(0).sqrt() / w.sum(0)
    assert torch.allclose(ct.batch_means_error(v, w, batches=50).mean(), want.mean(), rtol=0.1)


def test_batch_means_error_sees_a_chains_memory():
    steps = normal(40_000, 4)
    chain = torch.empty_like(steps)
    x = torch.zeros(4, dtype=F64)
    for k in range(40_000):
        x = chain[k] = 0.9 * x + (1 - 0.81) ** 0.5 * steps[k]
    want = (1.9 / 0.1 / 40_000) ** 0.5
    assert ct.batch_means_error(chain, batches=40).mean() == pytest.approx(want, rel=0.25)


# --- the exact truth ----------------------------------------------------------------------------


def test_bin_masses_are_integrals():
    """One bell: the mass below an energy is a chi-squared law of one degree."""
    bell = Mixture([1.0], [0.0])
    u = bell.value(X)
    p = (-u).softmax(0)
    got = ct.bin_masses(p, u, u0=float(u.min()), du=0.5, m=8)[:7].cumsum(0)
    want = [math.erf(math.sqrt(0.5 * i)) for i in range(1, 8)]
    assert torch.allclose(got, torch.tensor(want, dtype=F64), atol=2e-3)


def test_flattened_masses_are_the_masses_to_the_power_one_minus_zeta():
    """With Psi constant in each bin, exactly."""
    steps = ct.log_psi(TRUE.log(), U, interpolate=False, **BINS)
    for zeta in (0.0, 0.4, 1.0):
        got = ct.bin_masses(ct.flattened(P, steps, zeta), U, m=M, **BINS)
        want = TRUE ** (1 - zeta)
        assert torch.allclose(got, want / want.sum(), atol=1e-12)


def test_the_reviews_three_statements():
    for shares, centres, truth, means in (
        ((0.5, 0.5), (-5.0, 5.0), 0.0, (0.0, 0.0)),
        ((0.1, 0.9), (-6.0, 4.0), 3.0, (0.29, -0.85)),
        ((0.7, 0.2, 0.1), (-6.0, 0.0, 6.0), -3.6, (-1.08, -0.06)),
    ):
        target = Mixture(shares, centres, 0.7 if len(shares) == 3 else 1.0)
        x = torch.linspace(-20, 20, 8001, dtype=F64)
        u = target.value(x)
        p, bins = (-u).softmax(0), {"u0": float(u.min()), "du": 0.25}
        psi = ct.log_psi(ct.bin_masses(p, u, m=52, **bins).log(), u, **bins)
        for zeta, mean in zip((0.75, 1.0), means, strict=True):
            q = ct.flattened(p, psi, zeta)
            assert float(q @ x) == pytest.approx(mean, abs=0.01)
            w = (zeta * psi).exp() * q
            assert float(w @ x / w.sum()) == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize("zeta", [0.3, 0.75, 1.0])
def test_the_published_fixed_point_stands_still_and_is_the_only_one(zeta):
    theta = ct.published_fixed_point(P, U, zeta=zeta, m=M, **BINS)
    field = ct.mean_field(P, U, theta, zeta=zeta, interpolate=False, **BINS)
    assert theta.sum() == pytest.approx(1) and field.abs().max() < 1e-12
    assert (theta - TRUE).abs().sum() > 0.02
    if zeta < 1:  # damped iteration from two far starts comes to the same place
        for seed in (0, 1):
            a = random_masses(seed=seed)
            for _ in range(300):
                at = ct.place(a.log(), U, **BINS)
                w = (zeta * at.top).exp() * ct.flattened(P, at.top - at.below * at.rise, zeta)
                new = torch.zeros(M, dtype=F64).index_add_(0, at.J, w) / w.sum()
                a = (a.log() / 2 + new.log() / 2).softmax(0)
            assert torch.allclose(a, theta, atol=1e-9)


def test_the_published_fixed_point_known_numbers_and_limits():
    got = ct.published_fixed_point(P, U, zeta=0.75, m=M, **BINS)
    assert (got - TRUE).abs().sum() == pytest.approx(0.175, abs=0.004)
    assert torch.allclose(got[:4], torch.tensor([0.516, 0.081, 0.107, 0.045], dtype=F64), atol=2e-3)
    still = ct.published_fixed_point(P, U, zeta=0.0, m=M, **BINS)
    assert torch.allclose(still, TRUE, atol=1e-12)
    one = ct.published_fixed_point(P, U, zeta=1.0, u0=float(U.min()), du=500.0, m=1)
    assert one.tolist() == [1.0]


def test_euler_law_of_a_bowl_is_the_recursion():
    """x' = (1 - lr) x + sqrt(2 lr) noise has variance 2 lr / (1 - (1 - lr)^2)."""
    x = torch.linspace(-7, 7, 401, dtype=F64)
    for lr in (0.05, 0.3):
        law = ct.euler_law(x, -lr * x, lr=lr)
        assert law.sum() == pytest.approx(1)
        assert float((law * x**2).sum()) == pytest.approx(2 / (2 - lr), rel=1e-6)


def test_euler_law_is_what_chains_do():
    x, lr = torch.linspace(-9, 9, 401, dtype=F64), 0.1
    easy = Mixture([0.3, 0.7], [-1.5, 1.5])
    law = ct.euler_law(x, -lr * easy.energy(x[:, None])[1][:, 0], lr=lr)
    trace = ct.sgld(easy.energy, normal(4000, 1), 200, lr=lr, domain=(-9.0, 9.0), every=50,
                    generator=seeded(5))
    ends = trace.x[1:].flatten()
    for power in (1, 2):
        want = float((law * x**power).sum())
        assert float((ends**power).mean()) == pytest.approx(want, abs=0.06)


# --- the plain walk and the rivals --------------------------------------------------------------


def test_sgld_is_the_loop_one_would_write():
    trace = ct.sgld(TOY.energy, LEFT, 50, lr=0.05, temperature=1.7, generator=seeded(3))
    x, noise = LEFT, torch.randn(50, 8, 1, generator=seeded(3), dtype=F64)
    for k in range(50):
        ahead = x - 0.05 * TOY.energy(x)[1] + math.sqrt(2 * 0.05 * 1.7) * noise[k]
        step = ct.sgld_step(x, TOY.energy(x)[1], noise[k], lr=0.05, temperature=1.7)
        assert torch.equal(step, ahead)
        x = ahead
        assert torch.allclose(trace.x[k], x, atol=1e-12)
    assert torch.allclose(trace.u, TOY.value(trace.x[..., 0]), atol=1e-12)


def test_sgld_of_a_bowl_has_the_known_variance():
    trace = ct.sgld(bowl, normal(2000, 2), 300, lr=0.1, temperature=2.0, every=10,
                    generator=seeded())
    assert trace.x[10:].var() == pytest.approx(2 * 2 / (2 - 0.1), rel=0.02)


def test_every_keeps_the_same_steps():
    whole, few = (ct.sgld(bowl, LEFT, 20, lr=0.1, every=n, generator=seeded()) for n in (1, 6))
    assert torch.equal(few.x, whole.x[[5, 11, 17]])


def test_each_chain_may_have_its_own_step():
    lrs = torch.tensor([[0.1], [0.01]], dtype=F64)
    options = {"m": M, "gain": 0.1, **BINS}
    both = ct.ContourSGLD(TOY.energy, LEFT[:2], lr=lrs, **options).run(40, generator=seeded())
    plain = ct.sgld(TOY.energy, LEFT[:2], 40, lr=lrs, generator=seeded())
    for i, lr in enumerate((0.1, 0.01)):
        alone = ct.ContourSGLD(TOY.energy, LEFT[:2], lr=lr, **options).run(40, generator=seeded())
        assert torch.allclose(both.x[:, i], alone.x[:, i], atol=1e-12)
        alone = ct.sgld(TOY.energy, LEFT[:2], 40, lr=lr, generator=seeded())
        assert torch.allclose(plain.x[:, i], alone.x[:, i], atol=1e-12)


def test_each_chain_may_be_flattened_by_its_own_zeta():
    zetas, options = torch.tensor([0.0, 0.5, 1.0], dtype=F64), {"lr": 0.03, "m": M, "gain": 0.05}
    both = ct.ContourSGLD(TOY.energy, LEFT[:3], zeta=zetas, **options, **BINS)
    trace = both.run(100, generator=seeded())
    for i, zeta in enumerate(zetas.tolist()):
        one = ct.ContourSGLD(TOY.energy, LEFT[:3], zeta=zeta, **options, **BINS)
        alone = one.run(100, generator=seeded())
        assert torch.allclose(trace.x[:, i], alone.x[:, i], atol=1e-12)
        assert torch.allclose(trace.log_w[:, i], alone.log_w[:, i], atol=1e-10)


def test_a_walk_that_blows_up_returns_what_it_has_and_says_so():
    up = lambda x: (-(x**4).sum(-1), -4 * x**3)  # noqa: E731
    trace = ct.sgld(up, torch.ones(3, 1, dtype=F64), 2000, lr=0.1, generator=seeded())
    assert "not finite" in trace.stopped and 1 < len(trace.x) < 100
    assert trace.x.isfinite().all() and len(trace.u) == len(trace.log_w) == len(trace.x)


def test_cyclic_steps_fall_and_return_and_count_only_when_short():
    lrs = [ct.cyclic_lr(k, 20, lr=0.4, cycles=2) for k in range(20)]
    assert lrs[0] == lrs[10] == 0.4 and lrs[:10] == sorted(lrs[:10], reverse=True)
    assert lrs[5] == pytest.approx(0.2)
    trace = ct.cyclic_sgld(bowl, LEFT, 20, lr=0.4, cycles=2, generator=seeded())
    assert trace.log_w[:, 0].isfinite().tolist() == ([False] * 5 + [True] * 5) * 2


def test_equal_temperatures_make_replica_exchange_two_plain_walks():
    """Trades of equals change nothing in law; with no trade at all each is sgld itself."""
    pair = ct.replica_exchange_sgld(bowl, normal(3000, 1), 60, lr=0.2, hot=1.0, every=20,
                                    generator=seeded())
    assert pair.x.var() == pytest.approx(2 / (2 - 0.2), rel=0.06)
    never = ct.replica_exchange_sgld(bowl, LEFT, 30, lr=0.1, hot=3.0, energy_variance=1e9,
                                     generator=seeded())
    noise = seeded()
    for_both = torch.randn(30, 16, 1, generator=noise, dtype=F64)
    x = LEFT
    for k in range(30):
        x = ct.sgld_step(x, x, for_both[k, :8], lr=0.1)
    assert torch.allclose(never.x[-1], x, atol=1e-12)


def test_replica_exchange_keeps_the_target_and_crosses():
    wells = torch.where(torch.arange(2000) % 10 == 0, -4.0, 4.0)[:, None].double()
    trace = ct.replica_exchange_sgld(TOY.energy, wells + normal(2000, 1), 600, lr=0.02, hot=5.0,
                                     every=20, generator=seeded())
    late = trace.x[10:, :, 0]
    assert (late > 0).double().mean() == pytest.approx(0.9, abs=0.015)
    assert late[late > 0].var() == pytest.approx(1.0, abs=0.08)
    assert ((late > 0) != (wells[:, 0] > 0)).any(0).double().mean() > 0.1


def test_with_gradient_is_the_hand_gradient():
    x = 4 * normal(9, 1)
    for one, two in zip(ct.with_gradient(lambda x: TOY.value(x[:, 0]))(x), TOY.energy(x),
                        strict=True):
        assert torch.allclose(one, two, atol=1e-12)


@pytest.mark.parametrize("problem, d", [(TOY, 1), (Ripples(), 2), (
    TwoCentres(torch.tensor([1.0, 1.4, 4.0, 5.0]), shares=(0.35, 0.65), width=1.2, prior_mean=3.0,
               prior_sd=3.0), 2)])
def test_landscapes_have_the_gradient_of_their_energy(problem, d):
    x = (2 * normal(6, d)).requires_grad_()
    u = problem.value(x[:, 0] if d == 1 else x)
    (want,) = torch.autograd.grad(u.sum(), x)
    got = problem.energy(x.detach())
    assert torch.allclose(got[0], u, atol=1e-12) and torch.allclose(got[1], want, atol=1e-10)


def test_two_centres_is_bayes_rule():
    data = torch.tensor([1.0, 1.4, 4.0], dtype=F64)
    post = TwoCentres(data, shares=(0.35, 0.65), width=1.2, prior_mean=3.0, prior_sd=2.0)
    law = torch.distributions.Normal
    ab = normal(5, 2)

    def log_posterior(a, b):
        each = 0.35 * law(a, 1.2).log_prob(data).exp() + 0.65 * law(b, 1.2).log_prob(data).exp()
        return each.log().sum() + law(3.0, 2.0).log_prob(a) + law(3.0, 2.0).log_prob(b)

    want = torch.stack([-log_posterior(*row) for row in ab])
    off = post.value(ab) - want
    assert torch.allclose(off, off[0].expand(5), atol=1e-10)


# --- refusals -----------------------------------------------------------------------------------

GOOD = {"lr": 0.1, "u0": 0.0, "du": 0.5, "m": 4}
STATE = ct.State(LEFT, *bowl(LEFT), torch.zeros(8, 4, dtype=F64), torch.ones(8, 4) > 0)
ONE = torch.ones(3)


def contour(**changes):
    return ct.ContourSGLD(bowl, changes.pop("x0", LEFT), **(GOOD | changes))


REFUSALS = [
    (lambda: ct.bin_of(ONE, u0=0.0, du=0.0, m=3), "du must be > 0, got 0.0"),
    (lambda: ct.bin_of(ONE, u0=0.0, du=1.0, m=0), "m must be >= 1, got 0"),
    (lambda: ct.multiplier(ONE, ONE, zeta=-1.0, temperature=1.0, u0=0.0, du=1.0),
     "zeta must be >= 0, got -1.0"),
    (lambda: ct.multiplier(ONE, ONE, zeta=1.0, temperature=0.0, u0=0.0, du=1.0),
     "temperature must be > 0, got 0.0"),
    (lambda: ct.multiplier(ONE, ONE, zeta=1.0, temperature=1.0, u0=0.0, du=1.0, bound=0.0),
     "bound must be > 0, got 0.0"),
    (lambda: ct.importance_weights(-ONE, ONE, zeta=1.0, u0=0.0, du=1.0), "theta must be >= 0"),
    (lambda: ct.importance_weights(ONE, ONE, zeta=-1.0, u0=0.0, du=1.0), "zeta must be >= 0"),
    (lambda: ct.weighted_mean(ONE, torch.ones(2)), r"w must have the shape of values, \(3,\)"),
    (lambda: ct.batch_means_error(ONE, batches=4), r"batches must be in \[2, 3\], got 4"),
    (lambda: ct.resample(torch.zeros(3), 2), "not all zero"),
    (lambda: ct.resample(torch.tensor([1.0, -1.0]), 2), "w must be >= 0"),
    (lambda: ct.resample(torch.ones(2, 2), 2), "w must be one row"),
    (lambda: ct.resample(ONE, 0), "n must be >= 1, got 0"),
    (lambda: ct.sgld(bowl, ONE, 3, lr=0.1), r"x0 must be \(C, d\), got \(3,\)"),
    (lambda: ct.sgld(bowl, LEFT, 3, lr=-0.1), "lr must be > 0, got -0.1"),
    (lambda: ct.sgld(bowl, LEFT, 3, lr=0.1, temperature=0.0), "temperature must be > 0"),
    (lambda: ct.sgld(bowl, LEFT, 3, lr=0.1, every=0), "every must be >= 1, got 0"),
    (lambda: ct.sgld(lambda x: (x, x), LEFT, 3, lr=0.1), r"energy\(x\) must give \(8,\)"),
    (lambda: ct.sgld_step(LEFT, LEFT, LEFT, lr=0.0), "lr must be > 0, got 0.0"),
    (lambda: ct.cyclic_sgld(bowl, LEFT, 3, lr=0.1, cycles=4), r"cycles must be in \[1, 3\], got 4"),
    (lambda: ct.replica_exchange_sgld(bowl, LEFT, 3, lr=0.1, hot=0.5), "hot must be >= temp"),
    (lambda: ct.replica_exchange_sgld(bowl, LEFT, 3, lr=0.1, hot=2.0, energy_variance=-1.0),
     "energy_variance must be >= 0, got -1.0"),
    (lambda: contour(lr=0.0), "lr must be > 0, got 0.0"),
    (lambda: contour(du=-1.0), "du must be > 0, got -1.0"),
    (lambda: contour(m=0), "m must be > 0, got 0"),
    (lambda: contour(zeta=-0.1), "zeta must be >= 0, got -0.1"),
    (lambda: contour(temperature=0.0), "temperature must be > 0, got 0.0"),
    (lambda: contour(bound=0.0), "bound must be > 0, got 0.0"),
    (lambda: contour(weight="rounded"), "weight must be one of interpolated, published"),
    (lambda: contour(theta=torch.ones(3)), r"theta must be \(4,\), got \(3,\)"),
    (lambda: contour(theta=torch.tensor([1.0, 1.0, -1.0, 1.0])), "theta must be >= 0"),
    (lambda: contour(x0=ONE), r"x0 must be \(C, d\)"),
    (lambda: ct.contour_step(STATE, bowl, LEFT, lr=0.1, u0=0.0, du=1.0, omega=1.0),
     r"omega must be in \[0, 1\), got 1.0"),
    (lambda: ct.contour_step(STATE, bowl, LEFT, lr=0.1, u0=0.0, du=1.0, omega=0.1, weight="x"),
     "weight must be one of"),
    (lambda: ct.one_chain(bowl, [0.0], [], lr=0.1, u0=0.0, du=0.0, m=3), "du must be > 0"),
    (lambda: ct.gain(-1), "k must be >= 0, got -1"),
    (lambda: ct.gain(0, most=1.0), r"most must be in \(0, 1\), got 1.0"),
    (lambda: ct.gain(0, offset=0.0), "offset must be > 0, got 0.0"),
    (lambda: ct.bin_masses(ONE, torch.ones(2), u0=0.0, du=1.0, m=3), "must have one shape"),
    (lambda: ct.flattened(ONE, ONE, -1.0), "zeta must be >= 0, got -1.0"),
    (lambda: ct.published_fixed_point(P, U, zeta=1.1, m=M, **BINS), r"zeta must be in \[0, 1\]"),
    (lambda: ct.euler_law(X, X[:3], lr=0.1), r"drift must be \(8001,\), got \(3,\)"),
    (lambda: ct.euler_law(X, X, lr=0.0), "lr must be > 0, got 0.0"),
    (lambda: Mixture([0.5], [1.0, 2.0]), "shares must be 2 numbers > 0"),
    (lambda: Mixture([1.0], [1.0], 0.0), "width must be > 0, got 0.0"),
    (lambda: TwoCentres(ONE, shares=(0.5, 0.6), width=1.0, prior_mean=0.0, prior_sd=1.0),
     "shares must be > 0 and sum to one"),
    (lambda: TwoCentres(ONE, shares=(0.5, 0.5), width=0.0, prior_mean=0.0, prior_sd=1.0),
     "width and prior_sd must be > 0"),
]


@pytest.mark.parametrize("ask, words", REFUSALS, ids=[words[:40] for _, words in REFUSALS])
def test_refusals(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()
