"""Accelerated steps in stages, their exact expectations, and what they are compared with.

Five kinds of test for each: an independent source, limits, laws, known numbers, refusals.
"""

import math

import pytest
import torch

from gradcourse.methods import descent
from gradcourse.methods.multistage import (
    MultistageASG,
    State,
    TwoPoints,
    acsa_step,
    decaying_lr,
    expected_average,
    expected_gap,
    expected_run,
    floor,
    last_iterate,
    lyapunov,
    lyapunov_bound,
    momentum,
    restart,
    run,
    stage_bound,
    stages,
    step,
    switch_informed,
    switch_short,
    switch_universal,
    tail_average,
)
from gradcourse.problems import Quadratic, additive_noise, cycle_laplacian, spectrum

GRAPH = cycle_laplacian(100, 401)
MU, L = float(GRAPH.min()), float(GRAPH.max())
SHORT = [(0.1, 13), (0.1 / 16, 22), (0.1 / 64, 41)]  # stages for curvatures up to 10


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


X0 = normal(100)


def gap(counts, plan, noise=0.1, **options):
    """The expected height on the ring of chapter 01."""
    return sum(expected_gap(GRAPH, X0, noise, plan, MU, counts=counts, **options))


# --- the schedule -------------------------------------------------------------------------------


def test_stages_of_the_chapter():
    plan = stages(L, MU, n1=121, budget=3000)
    assert [steps for _, steps in plan] == [121, 4 * 42, 8 * 42, 16 * 42, 32 * 42, 359]
    assert [1 / (lr * L) for lr, _ in plan] == pytest.approx([1, 16, 64, 256, 1024, 4096])


@pytest.mark.parametrize("budget", [0, 1, 9, 10, 11, 500, 12_345])
@pytest.mark.parametrize("p", [1, 3])
def test_stages_spend_the_budget_and_no_more(budget, p):
    plan = stages(7.0, 0.3, 10, budget, p)
    assert sum(steps for _, steps in plan) == budget and all(steps > 0 for _, steps in plan)
    assert len(plan) == (budget > 0) or budget > 10


def test_every_stage_halves_the_bound_and_forgets_the_start():
    """n_s sqrt(lr_s mu) >= log 2^{p+2}: what the proof asks of the lengths."""
    for p in (1, 2, 5):
        for lr, steps in stages(50.0, 0.7, 3, 10**5, p)[1:-1]:
            assert steps * math.sqrt(lr * 0.7) >= math.log(2 ** (p + 2))


def test_unit_takes_the_place_of_the_proved_length():
    assert [steps for _, steps in stages(L, MU, 5, 33, unit=1)] == [5, 4, 8, 16]


def test_switches_by_hand():
    assert switch_short(401, 1) == math.ceil(401**0.5 * math.log(401)) == 121
    assert switch_universal(401, 1) == math.ceil(2 * 401**0.5 * math.log(36 * 401))
    height = Quadratic(GRAPH).value(X0).item()
    late = [switch_informed(L, MU, gap=height, variance=100 * s * s) for s in (0.1, 0.01, 1e-3)]
    assert late[0] < late[1] < late[2] and late[1] - late[0] == pytest.approx(
        401**0.5 * math.log(100), abs=1
    )
    assert switch_short(1, 1) == switch_informed(1, 1, gap=1e-9, variance=1) == 1


# --- one step -----------------------------------------------------------------------------------


def test_step_is_nesterovs_with_its_momentum():
    state = State(normal(4, 3), normal(4, 3, seed=1))
    beta = momentum(0.07, 0.9)
    theirs = descent.nesterov_step(state, torch.sin, lr=0.07, momentum=beta)
    for one, two in zip(step(state, torch.sin, lr=0.07, mu=0.9), theirs, strict=True):
        assert torch.allclose(one, two, rtol=0, atol=1e-15)


def test_a_stage_walks_with_torchs_nesterov():
    """torch keeps y_k = x_k + beta v_k in the parameter."""
    lr, mu, x0 = 1 / L, MU, X0
    w = torch.nn.Parameter(x0.clone())
    beta = momentum(lr, mu)
    theirs = torch.optim.SGD([w], lr=lr, momentum=beta, nesterov=True)
    path = run(lambda y: GRAPH * y, x0, [(lr, 60)], mu=mu).path
    for x, x_next in zip(path, path[1:], strict=False):
        w.grad = GRAPH * w.detach()
        theirs.step()
        assert torch.allclose(w.detach(), x_next + beta * (x_next - x), rtol=0, atol=1e-12)


def test_a_tensor_of_step_sizes_gives_every_run_its_own():
    lrs, x = torch.tensor([0.1, 0.4], dtype=torch.float64), State(normal(2, 5), normal(2, 5))
    together = step(x, torch.tanh, lr=lrs[:, None], mu=0.5)
    for i, lr in enumerate(lrs):
        alone = step(State(x.x[i], x.v[i]), torch.tanh, lr=float(lr), mu=0.5)
        assert torch.allclose(together.x[i], alone.x, rtol=0, atol=1e-15)


def test_momentum_limits():
    assert momentum(0.5, 2.0) == 0
    assert momentum(1e-12, 1.0) == pytest.approx(1 - 2e-6, abs=1e-11)


def test_the_gradient_is_asked_once_a_step_and_at_the_look_ahead_point():
    asked = []

    def grad(y):
        asked.append(y)
        return y

    step(State(torch.ones(1), torch.ones(1)), grad, lr=1.0, mu=1 / 9)
    assert [y.item() for y in asked] == [1.5]


# --- a run --------------------------------------------------------------------------------------


def masg(grad, x, plan, mu):
    """The method again, with x_{k-1} instead of v and no functions of ours."""
    path = [x]
    for lr, steps in plan:
        b, x_prev = (1 - math.sqrt(lr * mu)) / (1 + math.sqrt(lr * mu)), x
        for _ in range(steps):
            y = (1 + b) * x - b * x_prev
            x, x_prev = y - lr * grad(y), x
            path.append(x)
    return torch.stack(path)


def test_run_is_the_method_written_again():
    plan = stages(10.0, 1.0, 7, 100)
    one, two = (additive_noise(torch.arctan, 0.2, generator=seeded(3)) for _ in range(2))
    got = run(one, normal(5), plan, mu=1.0)
    assert got.stopped == "" and got.path.shape == (101, 5)
    assert torch.allclose(got.path, masg(two, normal(5), plan, 1.0), rtol=0, atol=1e-13)


def test_one_stage_without_noise_is_nesterovs_method():
    path = run(lambda y: GRAPH * y, X0, stages(L, MU, 300, 300), mu=MU).path
    state = descent.State.at_rest(X0)
    for x in path:
        assert torch.allclose(state.x, x, rtol=0, atol=1e-13)
        state = descent.nesterov_step(
            state, lambda y: GRAPH * y, lr=1 / L, momentum=momentum(1 / L, MU)
        )


def test_a_stage_begins_at_rest_unless_told_otherwise():
    plan = [(0.1, 5), (0.01, 1)]
    rested, carried = (
        run(lambda y: y, torch.ones(1), plan, mu=1.0, restarts=r).path for r in (True, False)
    )
    assert torch.equal(rested[:6], carried[:6])
    assert rested[6] == rested[5] - 0.01 * rested[5]
    assert carried[6] < rested[6]
    assert not restart(State(rested[5], rested[5])).v.any()


def test_a_run_that_blows_up_returns_what_it_has_and_says_so():
    got = run(lambda y: -1e200 * y, torch.ones(2, dtype=torch.float64), [(1.0, 50)], mu=1.0)
    assert got.stopped == "step 2 is not finite"
    assert len(got.path) == 2 and got.path.isfinite().all()


@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("shape", [(5,), (3, 5)])
def test_the_last_iterate_is_where_run_ends(restarts, shape):
    one, two = (additive_noise(torch.arctan, 0.2, generator=seeded(3)) for _ in range(2))
    start, plan = normal(*shape), [(0.1, 1), (0.05, 12), (0.01, 30)]
    kept = start.clone()
    end = last_iterate(one, start, plan, mu=1.0, restarts=restarts)
    path = run(two, start, plan, mu=1.0, restarts=restarts).path
    torch.testing.assert_close(end, path[-1], rtol=0, atol=1e-13)
    assert torch.equal(start, kept)
    assert torch.equal(last_iterate(one, start, [], mu=1.0), start)


def test_the_last_iterate_refuses_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"the shape of its point, \(5,\), got \(1,\)"):
        last_iterate(lambda y: y[:1], normal(5), [(0.1, 3)], mu=1.0)


# --- what shrinks -------------------------------------------------------------------------------


def curved(x, h, c, s):
    """h x^2 / 2 + c log cosh(s x) / s^2, curvature in [h, h + c], and its slope."""
    value = h * x**2 / 2 + c * ((s * x).cosh().log()) / s**2
    return value.sum(-1), h * x + c * (s * x).tanh() / s


def test_lyapunov_shrinks_at_every_step_of_curves_that_are_no_bowls():
    worst = 0.0
    for trial in range(60):
        g = seeded(trial)
        h = 1 + 9 * torch.rand(6, generator=g, dtype=torch.float64)
        c, s = 20 * torch.rand(2, 6, generator=g, dtype=torch.float64)
        mu, top = float(h.min()), float((h + c).max())
        lr = float(0.05 + 0.95 * torch.rand((), generator=g)) / top
        state = State.at_rest(torch.randn(6, generator=g, dtype=torch.float64))
        v = lyapunov(state, curved(state.x, h, c, s)[0], lr=lr, mu=mu)
        while v > 1e-7:
            state = step(state, lambda y: curved(y, h, c, s)[1], lr=lr, mu=mu)  # noqa: B023
            after = lyapunov(state, curved(state.x, h, c, s)[0], lr=lr, mu=mu)
            worst = max(worst, float(after / lyapunov_bound(v, lr=lr, mu=mu, L=top)))
            v = after
    assert 0.9 < worst <= 1 + 1e-9


def test_lyapunov_is_the_sources_form():
    x, prev, lr, mu = normal(4), normal(4, seed=1), 0.2, 0.7
    a, b = math.sqrt(1 / (2 * lr)), math.sqrt(mu / 2)
    theirs = ((a * (x - 1) + (b - a) * (prev - 1)) ** 2).sum() + 3
    got = lyapunov(State(x, x - prev), torch.tensor(3.0), lr=lr, mu=mu, optimum=1.0)
    assert got == pytest.approx(theirs.item(), rel=1e-12)


def test_one_noisy_step_stays_below_its_bound():
    """Exactly, over a two-point noise: the mean of V over +s and -s in every coordinate."""
    h, lr, mu, top, s = torch.tensor([1.0, 4.0], dtype=torch.float64), 0.2, 1.0, 4.0, 0.3
    state, after = State(normal(2), normal(2, seed=1)), []
    v = lyapunov(state, (h * state.x**2).sum() / 2, lr=lr, mu=mu)
    for signs in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        noise = s * torch.tensor(signs)
        one = step(state, lambda y: h * y + noise, lr=lr, mu=mu)  # noqa: B023
        after.append(lyapunov(one, (h * one.x**2).sum() / 2, lr=lr, mu=mu))
    still = step(state, lambda y: h * y, lr=lr, mu=mu)
    quiet = lyapunov(still, (h * still.x**2).sum() / 2, lr=lr, mu=mu)
    added = sum(after) / 4 - quiet
    assert added <= lr * 2 * s**2 * (1 + lr * top) / 2 + 1e-12
    assert added >= lr * 2 * s**2 * (1 + lr * mu) / 2 - 1e-12
    assert sum(after) / 4 <= lyapunov_bound(v, lr=lr, mu=mu, L=top, variance=2 * s**2)


# --- exact expectations -------------------------------------------------------------------------


def by_steps(plan, mu, restarts=True):
    """The same method as a step of `expected_run`."""
    each = [(lr, i == 0) for lr, steps in plan for i in range(steps)]

    def one(state, grad, k):
        lr, first = each[min(k, len(each) - 1)]
        return step(restart(state) if first and restarts else state, grad, lr=lr, mu=mu)

    return one


def recursion(h, x, noise, plan, mu):
    """Mean and covariance of (x, v) along one direction, in plain numbers, one step at a time.

    In the pair (x_k, x_{k-1}) the same loop would lose nine digits: their difference is small.
    """
    heights, c = [(h * x * x / 2, 0.0)], 0.0
    for lr, steps in plan:
        b = (1 - math.sqrt(lr * mu)) / (1 + math.sqrt(lr * mu))
        a, e, kick = -lr * h, b * (1 - lr * h), (lr * noise) ** 2
        v = c_xv = c_vv = 0.0
        for _ in range(steps):
            v = a * x + e * v
            x = x + v
            both = a * c + e * c_xv  # covariance of x and the next v
            c_vv = a * both + e * (a * c_xv + e * c_vv) + kick
            c, c_xv = c + 2 * both + c_vv, both + c_vv
            heights.append((h * x * x / 2, h * c / 2))
    return heights


@pytest.mark.parametrize("h", [1.0, 1 + 1e-9, 1.5, 9.0, 10.0])
def test_expected_gap_is_the_recursion_of_one_direction(h):
    want = torch.tensor(recursion(h, 1.3, 0.4, SHORT, 1.0), dtype=torch.float64)
    h, x = torch.tensor([[h], [1.3]], dtype=torch.float64)
    got = torch.stack(expected_gap(h, x, 0.4, SHORT, 1.0, counts=range(77)), -1)
    assert torch.allclose(got, want, rtol=1e-9, atol=1e-17)


@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("mu", [1.0, 2.5, 10.0], ids="mu={}".format)
def test_expected_gap_agrees_with_the_loop_also_when_mu_is_too_large(mu, restarts):
    h, x0, noise = spectrum("log", 7, 10.0), normal(7), normal(7, seed=1).abs()
    options = {"counts": range(77)}
    fast = expected_gap(h, x0, noise, SHORT, mu, restarts=restarts, **options)
    slow = expected_run(by_steps(SHORT, mu, restarts), h, State.at_rest(x0), noise, **options)
    for one, two in zip(fast, slow, strict=True):
        assert torch.allclose(one, two, rtol=1e-9, atol=1e-15)


def test_expected_gap_agrees_with_many_runs():
    h, x0, runs = torch.tensor([1.0, 3.0, 10.0], dtype=torch.float64), normal(3), 20_000
    noisy = additive_noise(lambda y: h * y, 0.5, generator=seeded(1000))
    path = run(noisy, x0.expand(runs, 3), SHORT, mu=1.0).path
    counts = [1, 5, 13, 14, 30, 76]
    heights = Quadratic(h).value(path[counts])
    want = sum(expected_gap(h, x0, 0.5, SHORT, 1.0, counts=counts))
    error = (heights.mean(1) - want) / (heights.std(1) / runs**0.5)
    assert error.abs().max() < 4
    bias = Quadratic(h).value(path[counts].mean(1))
    assert torch.allclose(
        bias, expected_gap(h, x0, 0.5, SHORT, 1.0, counts=counts)[0], rtol=0.1, atol=3e-3
    )


def test_expected_gap_keeps_its_digits_where_powers_of_the_covariance_map_do_not():
    plan = stages(L, MU, 121, 10_000)
    counts = range(0, 10_001, 7)
    bias, variance = expected_gap(GRAPH, X0, 0.1, plan, MU, counts=counts)
    assert (variance[1:] > 0).all() and (bias >= 0).all()
    few = [0, 1, 50, 99]
    each = [recursion(float(GRAPH[i]), float(X0[i]), 0.1, plan, MU)[::7] for i in few]
    want = torch.tensor(each, dtype=torch.float64).sum(0)
    got = torch.stack(expected_gap(GRAPH[few], X0[few], 0.1, plan, MU, counts=counts), -1)
    assert torch.allclose(got, want, rtol=1e-9, atol=1e-14)


def test_no_noise_is_a_run_and_no_start_is_all_noise():
    plan = stages(L, MU, 60, 900)
    bias, variance = expected_gap(GRAPH, X0, 0.0, plan, MU, counts=range(901))
    heights = Quadratic(GRAPH).value(run(lambda y: GRAPH * y, X0, plan, mu=MU).path)
    assert torch.allclose(bias, heights, rtol=1e-7, atol=1e-25) and not variance.any()
    bias, variance = expected_gap(GRAPH, 0 * X0, 0.1, plan, MU, counts=[900])
    assert not bias.any()
    assert torch.equal(variance, expected_gap(GRAPH, X0, 0.1, plan, MU, counts=[900])[1])


def test_counts_come_back_in_the_order_asked():
    plan = stages(L, MU, 60, 900)
    assert torch.equal(gap([900, 0, 60, 61], plan), gap(range(901), plan)[[900, 0, 60, 61]])


# --- the floor ----------------------------------------------------------------------------------


def test_floor_is_where_the_fixed_step_ends():
    h, plan = spectrum("log", 5, 10.0), [(0.1, 3000)]
    noise = normal(5).abs()
    want = expected_run(by_steps(plan, 1.0), h, State.at_rest(0 * h), noise, counts=[3000])[1]
    assert floor(h, 0.1, 1.0, noise).item() == pytest.approx(want.item(), rel=1e-12)


def test_floor_of_small_steps_is_an_eighth_of_the_theorems():
    h = spectrum("log", 4, 5.0)
    for lr, close in ((1e-4, 0.03), (1e-6, 3e-3), (1e-8, 3e-4)):
        assert floor(h, lr, 1.0, 0.5).item() == pytest.approx(lr**0.5 / 8, rel=close)
    assert floor(h, 0.1, 1.0, 0.0) == 0


# --- the numbers of the chapter -----------------------------------------------------------------


def test_floor_of_the_chapter_is_reached_and_kept():
    assert floor(GRAPH, 1 / L, MU, 0.1).item() == pytest.approx(0.2275, abs=5e-5)
    ends = gap([100, 1000, 10_000], [(1 / L, 10_000)])
    assert ends[1:].tolist() == pytest.approx([0.2275] * 2, abs=5e-5)
    assert gap([3000], [(1 / L, 3000)]) > 20 * gap([3000], stages(L, MU, 121, 3000))
    assert gap([10_000], stages(L, MU, 121, 10_000)).item() == pytest.approx(4.7e-3, abs=5e-5)
    assert gap([1000], stages(L, MU, 121, 1000)).item() == pytest.approx(0.03076, abs=5e-5)


def test_variance_at_stage_ends_tends_to_a_quarter_of_log_eight():
    plan = stages(L, MU, 121, 121 + 42 * (2**14 - 4))
    ends = torch.tensor([steps for _, steps in plan]).cumsum(0)
    _, variance = expected_gap(GRAPH, X0, 0.1, plan, MU, counts=ends)
    scaled = (ends * MU * variance).tolist()  # sigma^2 = 100 * 0.1^2 = 1
    assert scaled[8] == pytest.approx(0.519, abs=1e-3)
    assert scaled[-1] == pytest.approx(math.log(8) / 4, rel=0.01)
    assert max(scaled) < 0.53


def test_the_theorem_holds_at_every_stage_end_and_is_sixteen_times_too_careful():
    height = Quadratic(GRAPH).value(X0).item()
    for n1 in (60, 121, 240):
        plan = stages(L, MU, n1, n1 + 42 * (2**14 - 4))
        ends = torch.tensor([steps for _, steps in plan]).cumsum(0)
        for noise in (0.0, 0.1, 1.0):
            measured = gap(ends, plan, noise)
            bounds = torch.tensor([
                stage_bound(s, L, MU, n1, gap=height, variance=100 * noise**2)
                for s in range(1, len(plan) + 1)
            ])
            assert (measured <= bounds).all()
            if noise:
                assert float(bounds[-1] / measured[-1]) == pytest.approx(16, rel=0.02)


def test_bounds_by_hand():
    assert stage_bound(2, 4.0, 1.0, 6, gap=3.0, variance=5.0, p=2) == pytest.approx(
        2 / 8 * math.exp(-3) * 3 + 5 * 2 / (4 * 2)
    )
    assert lyapunov_bound(2.0, lr=0.25, mu=1.0, L=2.0, variance=3.0) == pytest.approx(
        (1 - 0.5) * 2 + 3 * 0.25 / 2 * (1 + 0.5)
    )


def test_without_restart_the_height_jumps_at_the_switch_and_ends_alike():
    plan, after = stages(L, MU, 121, 10_000), range(122, 290)
    kept, carried = (gap(after, plan, restarts=r) for r in (True, False))
    at_switch = gap([121], plan)
    assert (carried.max() / at_switch).item() == pytest.approx(7.53, abs=0.01)
    assert kept.max() <= at_switch
    assert 10 < float((carried / kept).max()) < 14
    last = [gap([10_000], plan, restarts=r).item() for r in (True, False)]
    assert last[1] == pytest.approx(last[0], rel=0.13)


def test_stages_without_the_root_freeze_and_a_shorter_unit_beats_the_proved_one():
    ends = [
        gap([10_000], stages(L, MU, 121, 10_000, unit=c)).item() for c in (42, 12, 5, 1)
    ]
    assert ends == pytest.approx([4.7e-3, 3.3e-3, 1.7e-2, 8.4e-2], rel=0.03)


# --- rivals -------------------------------------------------------------------------------------


def test_acsa_beats_neither_its_source_nor_the_noise():
    """The source's three lines with its own names, on a noisy curve."""
    one, two = (additive_noise(torch.sinh, 0.1, generator=seeded(1)) for _ in range(2))
    mu, top, x = 1.0, 9.0, normal(4)
    state, ag = TwoPoints.at_rest(x), x
    for t in range(1, 200):
        a, c = 2 / (t + 1), 4 * top / (t * (t + 1))
        md = ((1 - a) * (mu + c) * ag + a * ((1 - a) * mu + c) * x) / (c + (1 - a**2) * mu)
        x = (a * mu * md + ((1 - a) * mu + c) * x - a * one(md)) / (mu + c)
        ag = a * x + (1 - a) * ag
        state = acsa_step(state, two, L=top, mu=mu, k=t - 1)
        assert torch.allclose(state.x, ag, rtol=0, atol=1e-13)
    assert state.x.norm() < 0.1 * normal(4).norm()


def test_acsa_on_the_chapters_ring_is_level_with_stages():
    def one(state, grad, k):
        return acsa_step(state, grad, L=L, mu=MU, k=k)

    ends = sum(expected_run(one, GRAPH, TwoPoints.at_rest(X0), 0.1, counts=[2000])).item()
    assert 0.5 < ends / gap([2000], stages(L, MU, 121, 2000)).item() < 2


def test_decaying_lr_starts_at_the_fixed_step_and_falls_like_two_over_mu_k():
    assert decaying_lr(0, 8.0, 0.5) == 1 / 8
    assert decaying_lr(10**7, 8.0, 0.5) == pytest.approx(2 / (0.5 * 10**7), rel=1e-5)


def test_tail_average_by_hand():
    path = normal(11, 3)
    assert torch.equal(tail_average(path), path[6:].mean(0))
    assert torch.equal(tail_average(path[:10]), path[5:10].mean(0))
    assert torch.equal(tail_average(path, 1.0), path[1:].mean(0))
    assert torch.equal(tail_average(path, 1e-9), path[-1])
    assert torch.equal(tail_average(path[:1]), path[0])


@pytest.mark.parametrize("share", [None, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("n", [0, 1, 2, 7, 40])
def test_expected_average_agrees_with_the_loop(n, share):
    h, x0, lr = spectrum("log", 6, 10.0), normal(6), 0.1
    tail = 1 if share is None else max(1, math.ceil(share * n))

    def one(state, grad, k):
        x = state[1] - lr * grad(state[1])
        j = max(0, k - (n - tail))  # points already in the mean
        return (state[0] * j + x) / (j + 1), x

    got = expected_average(h, x0, 0.4, lr, counts=[n], share=share)
    want = expected_run(one, h, (x0, x0), 0.4, counts=[n])
    for one_, two in zip(got, want, strict=True):
        assert torch.allclose(one_, two, rtol=1e-10, atol=1e-18)


def test_on_the_ring_averaging_wins_tenfold_and_on_the_worst_bowl_it_loses():
    plan, worst = stages(L, MU, 121, 20_000), MU * spectrum("worst", 100, L / MU)
    fisher = [0.01 / 2 * float((1 / h).sum()) / 20_000 for h in (GRAPH, worst)]
    ends, means = [], []
    for h in (GRAPH, worst):
        ends.append(float(sum(expected_gap(h, X0, 0.1, plan, MU, counts=[20_000]))))
        means.append(float(sum(expected_average(h, X0, 0.1, 1 / L, counts=[20_000]))))
    assert ends[0] / means[0] == pytest.approx(9.8, rel=0.05)
    assert means[1] / ends[1] == pytest.approx(1.7, rel=0.05)
    assert ends[1] == pytest.approx(fisher[1], rel=0.16) and fisher[0] < means[0]


# --- the optimizer ------------------------------------------------------------------------------


def trained(optimizer, w, grad, steps):
    points = []
    for _ in range(steps):
        w.grad = grad(w.detach())
        optimizer.step()
        points.append(optimizer.iterate()[0])
    return torch.stack(points)


def test_optimizer_walks_the_path_of_run():
    plan = stages(10.0, 1.0, 9, 150)
    one, two = (additive_noise(torch.arctan, 0.2, generator=seeded(5)) for _ in range(2))
    path = run(one, normal(4), plan, mu=1.0).path[1:]
    w = torch.nn.Parameter(normal(4))
    optimizer = MultistageASG([w], L=10.0, mu=1.0, n1=9)
    assert torch.allclose(trained(optimizer, w, two, 150), path, rtol=0, atol=1e-12)
    group = optimizer.param_groups[0]
    assert (group["stage"], group["lr"]) == (len(plan), plan[-1][0])


def test_parameters_hold_the_look_ahead_point_and_at_a_switch_the_iterate():
    w = torch.nn.Parameter(normal(4))
    optimizer = MultistageASG([w], L=10.0, mu=1.0, n1=3)
    for switch in (False, False, True, False):
        before = optimizer.iterate()[0]
        trained(optimizer, w, torch.arctan, 1)
        x, beta = optimizer.iterate()[0], momentum(0.1, 1.0)
        if switch:
            assert torch.equal(w.detach(), x)
            assert not optimizer.state[w]["v"].any()
        elif optimizer.param_groups[0]["stage"] == 1:
            assert torch.allclose(w.detach(), x + beta * (x - before), rtol=0, atol=1e-15)


def test_groups_have_their_own_stages():
    a, b = (torch.nn.Parameter(normal(3, seed=s)) for s in (1, 2))
    both = MultistageASG([{"params": [a]}, {"params": [b], "L": 40.0, "n1": 2}],
                         L=10.0, mu=1.0, n1=9)
    alone = [torch.nn.Parameter(p.detach().clone()) for p in (a, b)]
    singles = [MultistageASG([alone[0]], 10.0, 1.0, 9), MultistageASG([alone[1]], 40.0, 1.0, 2)]
    for _ in range(50):
        for p in (a, b, *alone):
            p.grad = torch.arctan(p.detach())
        for optimizer in (both, *singles):
            optimizer.step()
    assert torch.equal(a, alone[0]) and torch.equal(b, alone[1])
    assert [g["n1"] for g in both.param_groups] == [9, 2]


def test_optimizer_calls_the_closure_with_gradients_on_and_skips_what_has_none():
    w, idle = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    optimizer = MultistageASG([w, idle], L=2.0, mu=1.0, n1=2)

    def closure():
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure) == 2 and optimizer.step(closure) < 2
    assert torch.equal(idle.detach(), torch.ones(2)) and torch.equal(optimizer.iterate()[1], idle)
    assert optimizer.param_groups[0]["stage"] == 2


def test_without_n1_the_optimizer_switches_at_root_kappa_log_kappa():
    optimizer = MultistageASG([torch.nn.Parameter(torch.ones(1))], L=401.0, mu=1.0)
    assert optimizer.param_groups[0]["left"] == 121


# --- refusals -----------------------------------------------------------------------------------

ONE = torch.ones(1)
AT = State.at_rest(ONE)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: stages(0.0, 1.0, 1, 1), "L must be > 0, got 0.0"),
        (lambda: stages(1.0, 0.0, 1, 1), "mu must be > 0, got 0.0"),
        (lambda: stages(1.0, 2.0, 1, 1), "mu must be <= L = 1.0, got 2.0"),
        (lambda: stages(1.0, 1.0, 0, 1), "n1 must be >= 1, got 0"),
        (lambda: stages(1.0, 1.0, 1, -1), "budget must be >= 0, got -1"),
        (lambda: stages(1.0, 1.0, 1, 1, 0), "p must be >= 1, got 0"),
        (lambda: stages(1.0, 1.0, 1, 1, unit=0), "unit must be >= 1, got 0"),
        (lambda: stage_bound(0, 1.0, 1.0, 1, gap=1, variance=1), "s must be >= 1, got 0"),
        (lambda: stage_bound(1, 1.0, 1.0, 1, gap=-1, variance=1), "gap must be >= 0, got -1"),
        (lambda: switch_informed(1.0, 1.0, gap=1, variance=0), "variance must be > 0, got 0"),
        (lambda: switch_short(1.0, -1.0), "mu must be > 0, got -1.0"),
        (lambda: switch_universal(1.0, 1.0, 0), "p must be >= 1, got 0"),
        (lambda: momentum(0.0, 1.0), "lr must be > 0, got 0.0"),
        (lambda: momentum(1.0, 0.0), "mu must be > 0, got 0.0"),
        (lambda: momentum(1.0, 2.0), r"lr \* mu must be <= 1, got 2.0"),
        (lambda: momentum(ONE, float("nan")), "mu must be > 0, got nan"),
        (lambda: step(AT, lambda y: y.sum(), lr=1.0, mu=1.0), r"of its point, \(1,\), got \(\)"),
        (lambda: lyapunov_bound(1.0, lr=1.0, mu=1.0, L=2.0), "lr must be <= 1 / L = 0.5, got 1.0"),
        (lambda: floor(-ONE, 1.0, 1.0, 1.0), "curvatures must be > 0, got -1.0"),
        (lambda: floor(2 * ONE, 1.0, 1.0, 1.0), "lr must be <= 1 / L = 0.5, got 1.0"),
        (lambda: floor(ONE, 1.0, 1.0, -1.0), "noise must be >= 0, got -1.0"),
        (lambda: expected_gap(ONE, ONE, 1.0, [(1.0, 3)], 1.0, counts=[4]),
         r"counts must be in \[0, 3\], got 4"),
        (lambda: expected_average(ONE, ONE, 1.0, 1.0, counts=[-1]), r"in \[0, inf\], got -1"),
        (lambda: expected_average(ONE, ONE, 1.0, 1.0, counts=[1], share=0.0),
         r"share must be in \(0, 1\], got 0.0"),
        (lambda: tail_average(ONE[:0]), "path must hold a point, got none"),
        (lambda: acsa_step(TwoPoints(ONE, ONE), torch.sin, L=0.0, mu=1.0, k=0), "L must be > 0"),
        (lambda: acsa_step(TwoPoints(ONE, ONE), torch.sin, L=1.0, mu=0.0, k=0), "mu must be > 0"),
        (lambda: acsa_step(TwoPoints(ONE, ONE), torch.sin, L=1.0, mu=1.0, k=-1), "k must be >= 0"),
        (lambda: decaying_lr(-1, 1.0, 1.0), "k must be >= 0, got -1"),
        (lambda: decaying_lr(0, 1.0, 2.0), r"mu must be in \(0, L = 1.0\], got 2.0"),
        (lambda: MultistageASG([ONE], L=1.0, mu=0.0), "mu must be > 0, got 0.0"),
        (lambda: MultistageASG([ONE], L=1.0, mu=1.0, n1=0), "n1 must be >= 1, got 0"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()
