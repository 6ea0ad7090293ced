"""The three methods of chapter 00 and their theory.

Five kinds of test for each: an independent source, limits, laws, gradcheck, refusals.
"""

import math

import pytest
import torch

from gradcourse.methods.descent import (
    State,
    best_lr,
    best_pair,
    gradient_step,
    heavy_ball_step,
    largest_lr,
    nesterov_step,
    rate,
)
from gradcourse.problems import Kinked, Quadratic, bowl, spectrum

F = Quadratic(spectrum("log", 6, 30.0))
BETAS = [0.0, 0.5, 0.9, 0.99]
both = pytest.mark.parametrize("nesterov", [False, True], ids=["heavy_ball", "nesterov"])


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def step(state, grad, lr, momentum, nesterov):
    if nesterov:
        return nesterov_step(state, grad, lr=lr, momentum=momentum)
    return heavy_ball_step(state, grad(state.x), lr=lr, momentum=momentum)


def run(grad, x, lr, momentum, nesterov, steps):
    states = [State.at_rest(x)]
    for _ in range(steps):
        states.append(step(states[-1], grad, lr, momentum, nesterov))
    return states


def torch_path(x, steps, **settings):
    """What torch.optim.SGD keeps in its parameter, start included."""
    p = torch.nn.Parameter(x.clone())
    optimizer = torch.optim.SGD([p], **settings)
    path = [x]
    for _ in range(steps):
        optimizer.zero_grad()
        F.value(p).sum().backward()
        optimizer.step()
        path.append(p.detach().clone())
    return torch.stack(path)


def companion_radius(curvatures, lr, momentum, nesterov):
    """Brute force: eigenvalues of the matrix that one step applies to (x, v)."""
    largest = 0.0
    for h in curvatures:
        def columns(xv, h=h):
            return torch.stack(
                step(State(xv[0], xv[1]), lambda y: h * y, lr, momentum, nesterov)
            )
        matrix = torch.autograd.functional.jacobian(columns, normal(2))
        largest = max(largest, torch.linalg.eigvals(matrix).abs().max().item())
    return largest


# --- an independent source ------------------------------------------------------------------------


def test_gradient_step_walks_the_path_of_torch_sgd():
    x = normal(4, 6)
    path = [x]
    for _ in range(30):
        path.append(gradient_step(path[-1], F.grad(path[-1]), lr=0.05))
    assert torch.allclose(torch.stack(path), torch_path(x, 30, lr=0.05), rtol=0, atol=1e-14)


def test_heavy_ball_walks_the_path_of_torch_sgd():
    x = normal(4, 6)
    path = torch.stack([s.x for s in run(F.grad, x, 0.05, 0.9, False, 30)])
    theirs = torch_path(x, 30, lr=0.05, momentum=0.9)
    assert torch.allclose(path, theirs, rtol=0, atol=1e-14)


def test_torch_nesterov_keeps_the_look_ahead_point_and_not_the_iterate():
    x, beta = normal(4, 6), 0.9
    states = run(F.grad, x, 0.03, beta, True, 30)
    xs = torch.stack([s.x for s in states])
    ys = torch.stack([s.x + beta * s.v for s in states])
    theirs = torch_path(x, 30, lr=0.03, momentum=beta, nesterov=True)
    assert torch.allclose(ys, theirs, rtol=0, atol=1e-14)
    assert (xs - theirs).abs().max() > 0.1


def test_heavy_ball_is_polyaks_recursion():
    lr, beta = 0.05, 0.7
    before, now, after = (s.x for s in run(F.grad, normal(6), lr, beta, False, 3)[1:])
    assert torch.allclose(after, now - lr * F.grad(now) + beta * (now - before), atol=1e-15)


@both
@pytest.mark.parametrize("momentum", BETAS)
@pytest.mark.parametrize("reach", [0.03, 0.4, 0.9, 1.3, 1.9, 2.5, 3.9])
def test_rate_is_the_spectral_radius_of_one_step(reach, momentum, nesterov):
    lr = reach / F.L
    want = companion_radius(F.curvatures, lr, momentum, nesterov)
    assert rate(F.curvatures, lr, momentum, nesterov).item() == pytest.approx(want, abs=1e-7)


@both
@pytest.mark.parametrize("lr, momentum", [(0.02, 0.0), (0.06, 0.0), (0.02, 0.5), (0.04, 0.85)])
def test_rate_is_the_contraction_measured_on_a_run(lr, momentum, nesterov):
    states = run(F.grad, normal(6), lr, momentum, nesterov, 600)
    early, late = (torch.cat(states[k]).norm().item() for k in (200, 600))
    want = rate(F.curvatures, lr, momentum, nesterov).item()
    assert (late / early) ** (1 / 400) == pytest.approx(want, rel=0.005)


# --- limits ---------------------------------------------------------------------------------------


@both
def test_momentum_zero_is_gradient_descent(nesterov):
    x = normal(4, 6)
    for state in run(F.grad, x, 0.05, 0.0, nesterov, 5):
        assert torch.allclose(state.x, x, rtol=0, atol=1e-15)
        x = gradient_step(x, F.grad(x), lr=0.05)


def test_zero_gradient_stays_put():
    x = normal(3)
    assert torch.equal(gradient_step(x, torch.zeros(3), lr=0.1), x)


@both
def test_zero_gradient_lets_a_moving_state_coast(nesterov):
    x, v = normal(3), normal(3, seed=1)
    nothing = torch.zeros_like
    got = step(State(x, v), nothing, 0.1, 0.5, nesterov)
    assert torch.allclose(got.x, x + 0.5 * v if nesterov else x - 0.1 * 0.5 * v)
    assert torch.allclose(got.v, 0.5 * v)


@both
def test_rate_without_momentum_is_the_worst_factor(nesterov):
    for lr in (0.01, 0.05, 0.07):
        worst = max(abs(1 - lr * F.mu), abs(1 - lr * F.L))
        assert rate(F.curvatures, lr, 0.0, nesterov).item() == pytest.approx(worst, abs=1e-15)


def test_limits_of_the_largest_step():
    assert largest_lr(4) == largest_lr(4, nesterov=True) == 2 / 4
    almost = 1 - 1e-12
    assert largest_lr(1, almost) == pytest.approx(4)
    assert largest_lr(1, almost, nesterov=True) == pytest.approx(4 / 3)
    assert largest_lr(1, 0.9, nesterov=True) == pytest.approx(1.357, abs=5e-4)


def test_best_settings_of_a_round_bowl_arrive_in_one_step():
    assert best_lr(4, 4) == 1 / 4
    assert best_pair(4, 4) == (1 / 4, 0)


# --- laws -----------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("momentum", BETAS)
def test_rate_crosses_one_at_the_largest_step(momentum, nesterov):
    border = largest_lr(F.L, momentum, nesterov)
    assert rate(F.curvatures, 0.999 * border, momentum, nesterov) < 1
    assert rate(F.curvatures, border, momentum, nesterov).item() == pytest.approx(1, abs=1e-12)
    assert rate(F.curvatures, 1.001 * border, momentum, nesterov) > 1


@both
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_runs_shrink_below_the_largest_step_and_grow_above_it(momentum, nesterov):
    border = largest_lr(F.L, momentum, nesterov)
    x = torch.ones(6, dtype=torch.float64)
    ends = [run(F.grad, x, k * border, momentum, nesterov, 2000)[-1].x for k in (0.99, 1.01)]
    assert ends[0].norm() < 1e-3 * x.norm() and ends[1].norm() > 1e3 * x.norm()


def test_the_height_falls_if_and_only_if_the_step_is_below_the_border():
    f = Quadratic([3.0])
    x = torch.ones(1, dtype=torch.float64)
    for share, falls in ((0.01, True), (0.5, True), (0.999, True), (1.001, False), (1.5, False)):
        after = gradient_step(x, f.grad(x), lr=share * largest_lr(f.L))
        assert bool(f.value(after) < f.value(x)) is falls


def test_best_lr_beats_its_neighbours_and_has_the_known_factor():
    lr = best_lr(1, 100)
    h = bowl(100).curvatures
    assert rate(h, lr).item() == pytest.approx(99 / 101, abs=1e-14)
    assert rate(h, lr) < min(rate(h, 1.001 * lr), rate(h, 0.999 * lr))


@pytest.mark.parametrize("kappa", [1.01, 4, 12, 100, 1000, 1e6])
def test_best_pair_has_the_known_factor(kappa):
    """Both ends are double roots there: the radius is sqrt(beta), not 1e-8 beside it."""
    lr, beta = best_pair(1, kappa)
    want = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    assert rate(spectrum("log", 9, kappa), lr, beta).item() == pytest.approx(want, abs=1e-13)
    assert math.sqrt(beta) == pytest.approx(want, abs=1e-13)


def test_best_pair_beats_every_pair_of_a_grid():
    h = bowl(100).curvatures
    lr = torch.linspace(0.001, 0.04, 200, dtype=torch.float64)[:, None]
    beta = torch.linspace(0, 0.99, 100, dtype=torch.float64)
    assert rate(h, *best_pair(1, 100)) < rate(h, lr, beta).min()


@pytest.mark.parametrize("nudge", [1e-9, 1e-4])
def test_only_a_double_root_is_taken_for_one(nudge):
    lr, beta = best_pair(1, 100)
    h, lr = bowl(100).curvatures, lr * (1 + nudge)
    want = companion_radius(h, lr, beta, nesterov=False)
    assert want > math.sqrt(beta) * (1 + math.sqrt(nudge) / 2)
    assert rate(h, lr, beta).item() == pytest.approx(want, abs=1e-10)


@pytest.mark.parametrize("kappa", [4, 100, 1000])
def test_nesterov_at_one_over_L_has_the_known_factor(kappa):
    beta = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    got = rate(bowl(kappa).curvatures, 1 / kappa, beta, nesterov=True)
    assert got.item() == pytest.approx(1 - 1 / math.sqrt(kappa), abs=1e-13)


def test_at_the_double_root_the_error_leaves_the_line_of_the_rate():
    """The factor is an asymptote: at the best pair the error over rate**k grows like k."""
    lr, beta = best_pair(1, 100)
    states = run(bowl(100).grad, torch.ones(2, dtype=torch.float64), lr, beta, False, 400)
    a, b, c = (states[k].x.norm().item() / math.sqrt(beta) ** k for k in (100, 200, 400))
    assert a > 1 and b / a == pytest.approx(2, rel=0.05) and c / b == pytest.approx(2, rel=0.05)


def test_best_pair_circles_on_the_kinked_curve_from_this_start():
    lr, beta = best_pair(Kinked.mu, Kinked.L)
    start = torch.tensor([3.3, -3.0, 2.0, 5.0, 10.0], dtype=torch.float64)
    states = run(Kinked().grad, start, lr, beta, False, 600)
    circle = torch.stack([s.x for s in states[-3:]])
    known = torch.tensor([-2208, 792, 2592], dtype=torch.float64) / 1225
    for column in circle.T[:2]:
        assert torch.allclose(column.sort().values, known, atol=1e-9)
    assert circle[:, 2:].abs().max() < 1e-9


@both
def test_a_batch_is_its_runs_side_by_side(nesterov):
    x, lr, beta = normal(3, 5, 6), torch.tensor([0.01, 0.03, 0.05]), torch.tensor([0.1, 0.5, 0.9])
    lr, beta = (a.to(x)[:, None, None] for a in (lr, beta))
    together = run(F.grad, x, lr, beta, nesterov, 7)[-1].x
    for i in range(3):
        alone = run(F.grad, x[i], lr[i].item(), beta[i].item(), nesterov, 7)[-1].x
        assert torch.allclose(together[i], alone, rtol=0, atol=1e-14)


@both
def test_rate_of_a_batch_is_its_rates_side_by_side(nesterov):
    h, lr = normal(3, 4).exp(), torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    together = rate(h, lr, 0.7, nesterov)
    for i in range(3):
        assert together[i] == rate(h[i], lr[i].item(), 0.7, nesterov)
    crossed = rate(h[0], lr[:, None], lr, nesterov)
    assert crossed.shape == (3, 3)
    assert crossed[2, 0] == rate(h[0], 0.9, 0.1, nesterov)


def test_rate_counts_in_the_precision_of_the_curvatures():
    h = torch.tensor([1.0, 100.0])
    assert rate(h, *best_pair(1, 100)).item() == pytest.approx(9 / 11, abs=1e-5)


def test_nesterov_asks_once_and_at_the_look_ahead_point():
    asked = []
    state = State(normal(3), normal(3, seed=1))
    nesterov_step(state, lambda y: asked.append(y) or y, lr=0.1, momentum=0.5)
    assert len(asked) == 1
    assert torch.equal(asked[0], state.x + 0.5 * state.v)


def test_steps_take_plain_numbers_too():
    assert gradient_step(2.0, 3.0, lr=0.1) == pytest.approx(1.7)


# --- gradcheck ------------------------------------------------------------------------------------


def leaf(*shape, seed=0):
    return normal(*shape, seed=seed).requires_grad_()


def test_gradient_step_passes_gradcheck():
    assert torch.autograd.gradcheck(
        lambda x, g: gradient_step(x, g, lr=0.3), (leaf(3, 2), leaf(3, 2, seed=1))
    )


def test_heavy_ball_step_passes_gradcheck():
    assert torch.autograd.gradcheck(
        lambda x, v, g: heavy_ball_step(State(x, v), g, lr=0.3, momentum=0.6),
        (leaf(3), leaf(3, seed=1), leaf(3, seed=2)),
    )


def test_nesterov_step_passes_gradcheck():
    assert torch.autograd.gradcheck(
        lambda x, v: nesterov_step(State(x, v), torch.sin, lr=0.3, momentum=0.6),
        (leaf(3), leaf(3, seed=1)),
    )


@both
def test_rate_passes_gradcheck_away_from_double_roots(nesterov):
    h = torch.tensor([0.7, 4.0, 9.0], dtype=torch.float64, requires_grad=True)
    for lr, beta in ((0.05, 0.6), (0.21, 0.3)):
        lr = torch.tensor(lr, dtype=torch.float64, requires_grad=True)
        beta = torch.tensor(beta, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(lambda h, a, b: rate(h, a, b, nesterov), (h, lr, beta))


# --- refusals -------------------------------------------------------------------------------------

X = torch.ones(3)


@pytest.mark.parametrize("lr", [0, -0.1, math.nan])
def test_steps_refuse_a_step_size_that_is_not_positive(lr):
    want = f"lr must be > 0, got {lr}"
    with pytest.raises(ValueError, match=want):
        gradient_step(X, X, lr=lr)
    with pytest.raises(ValueError, match=want):
        heavy_ball_step(State.at_rest(X), X, lr=lr, momentum=0.5)
    with pytest.raises(ValueError, match=want):
        nesterov_step(State.at_rest(X), lambda y: y, lr=lr, momentum=0.5)


def test_one_bad_step_size_in_a_batch_is_refused():
    with pytest.raises(ValueError, match=r"lr must be > 0, got tensor\(\[ 1\., -1\., +1\.\]\)"):
        gradient_step(X, X, lr=torch.tensor([1.0, -1.0, 1.0]))


@both
@pytest.mark.parametrize("momentum", [-0.1, 1, 1.5, math.nan])
def test_methods_refuse_a_momentum_out_of_range(momentum, nesterov):
    want = rf"momentum must be in \[0, 1\), got {momentum}"
    with pytest.raises(ValueError, match=want):
        step(State.at_rest(X), lambda y: y, 0.1, momentum, nesterov)
    with pytest.raises(ValueError, match=want):
        largest_lr(1, momentum, nesterov)


@both
def test_steps_refuse_a_gradient_of_another_shape(nesterov):
    want = r"shape of its point, \(3,\), got \(3, 1\)"
    with pytest.raises(ValueError, match=want):
        step(State.at_rest(X), lambda y: y[:, None], 0.1, 0.5, nesterov)
    with pytest.raises(ValueError, match=want):
        gradient_step(X, X[:, None], lr=0.1)


def test_rate_refuses_whole_numbers():
    with pytest.raises(ValueError, match="curvatures must be floating point, got torch.int64"):
        rate(torch.tensor([1, 10]), 0.1)


def test_ranges_of_curvature_are_refused():
    with pytest.raises(ValueError, match="L must be > 0, got 0"):
        largest_lr(0)
    for best in (best_lr, best_pair):
        with pytest.raises(ValueError, match=r"mu must be in \(0, 1\], got 2"):
            best(2, 1)
        with pytest.raises(ValueError, match=r"mu must be in \(0, 1\], got 0"):
            best(0, 1)
        with pytest.raises(ValueError, match="L must be > 0, got -1"):
            best(1, -1)
