"""Two players at two speeds: steps, spectra, crowds.

Five kinds of test for each: an independent source, limits, laws, known numbers, refusals.
"""

import math

import pytest
import torch

from gradcourse.data import iris
from gradcourse.methods.games import (
    MeanFieldGame,
    Memory,
    Payoff,
    Players,
    QuadraticGame,
    TwoTimescaleGDA,
    alternating_gda,
    best_ratio,
    circle_distance,
    extragradient,
    largest_ratio,
    optimistic_gda,
    play,
    simultaneous_gda,
    tilted_payoff,
    wavy_payoff,
)
from gradcourse.problems import MomentGame, coupled_game

STEPS = {"simultaneous": simultaneous_gda, "alternating": alternating_gda,
         "extragradient": extragradient, "optimistic": optimistic_gda}
GAME = QuadraticGame(*coupled_game(10, 0))
ROUND = QuadraticGame(*coupled_game(10, 0, own_friction=True))
ONE = torch.ones(1, dtype=torch.float64)
NOTHING = Payoff(lambda x, y: 0 * (x + y))


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def bilinear(x, y):
    return y, x


def masses(n, seed):
    return torch.softmax(normal(n, seed=seed), -1)


# --- steps --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", STEPS)
def test_module_optimizer_walks_with_the_plain_step(rule):
    x, y = (torch.nn.Parameter(normal(10, seed=s)) for s in (1, 2))
    path = play(STEPS[rule], GAME.grad, x.detach().clone(), y.detach().clone(), 7, h=0.1, eta=3.0)
    optimizer = TwoTimescaleGDA([x], [y], lr=0.1, eta=3.0, rule=rule)

    def closure():
        optimizer.zero_grad()
        value = GAME.value(x, y)
        value.backward()
        return value

    for _ in range(7):
        optimizer.step(closure)
    assert torch.allclose(x, path.x[-1], rtol=0, atol=1e-12)
    assert torch.allclose(y, path.y[-1], rtol=0, atol=1e-12)


def test_simultaneous_without_closure_is_torchs_sgd_with_a_sign():
    x, y = (torch.nn.Parameter(normal(10, seed=s)) for s in (1, 2))
    a, b = (torch.nn.Parameter(p.detach().clone()) for p in (x, y))
    ours = TwoTimescaleGDA([x], [y], lr=0.1, eta=3.0)
    theirs = [torch.optim.SGD([a], lr=0.1), torch.optim.SGD([b], lr=0.3, maximize=True)]
    for _ in range(5):
        for p, q, movers in ((x, y, [ours]), (a, b, theirs)):
            p.grad = q.grad = None
            GAME.value(p, q).backward()
            for mover in movers:
                mover.step()
    assert torch.allclose(x, a, rtol=0, atol=1e-14) and torch.allclose(y, b, rtol=0, atol=1e-14)


@pytest.mark.parametrize("eta", [0.01, 0.25, 1.0, 16.0])
def test_bilinear_growth_is_exact_for_every_ratio(eta):
    path = play(simultaneous_gda, bilinear, ONE, 0 * ONE, 50, h=0.2, eta=eta)
    energy = (path.x**2 + path.y**2 / eta).sqrt().squeeze()
    want = (1 + 0.2**2 * eta) ** (torch.arange(51, dtype=torch.float64) / 2)
    assert torch.allclose(energy, want, rtol=1e-12)
    game = QuadraticGame.scalar(p=1.0, r=0.0)
    assert float(game.growth(0.2, eta)) == pytest.approx(float(want[1]))


@pytest.mark.parametrize(("step", "border"), [
    (alternating_gda, 2.0), (extragradient, 1.0), (optimistic_gda, 3**-0.5)])
def test_the_others_hold_on_a_bilinear_game_up_to_their_border(step, border):
    for share, bounded in ((0.97, True), (1.03, False)):
        path = play(step, bilinear, ONE, ONE, 1500, h=border * share, eta=1.0)
        assert (path.x[-1].abs() + path.y[-1].abs() < 100).item() is bounded


def test_alternating_neither_grows_nor_shrinks_and_the_lookers_ahead_shrink():
    ends = {name: play(step, bilinear, ONE, ONE, 2000, h=0.2, eta=1.0) for name, step in
            STEPS.items()}
    size = {name: float(m.x[-1] ** 2 + m.y[-1] ** 2) for name, m in ends.items()}
    assert 0.5 < size["alternating"] < 4
    assert size["simultaneous"] > 1e10 and max(size["extragradient"], size["optimistic"]) < 1e-10


def test_steps_ask_as_often_and_where_they_say():
    asked = []

    def grad(x, y):
        asked.append((x.item(), y.item()))
        return y, x

    for name, count in (("simultaneous", 1), ("alternating", 2), ("extragradient", 2)):
        asked.clear()
        STEPS[name](Players(ONE, ONE), grad, h=0.5, eta=2.0)
        assert len(asked) == count and asked[0] == (1, 1)
    asked.clear()
    optimistic_gda(Memory(ONE, ONE, ONE, ONE), grad, h=0.5, eta=2.0)
    assert asked == [(1, 1)]


def test_play_stops_before_what_is_not_finite():
    match = play(simultaneous_gda, lambda x, y: (x**3, y), ONE * 9, ONE, 50, h=1.0, eta=1.0)
    assert "not finite" in match.stopped and match.x.isfinite().all()
    assert len(match.x) == len(match.y) < 51


def test_settings_broadcast_over_a_batch():
    h = torch.tensor([0.05, 0.1], dtype=torch.float64)[:, None]
    both = play(optimistic_gda, GAME.grad, normal(2, 10), normal(2, 10), 9, h=h, eta=2.0)
    for i in range(2):
        one = play(optimistic_gda, GAME.grad, normal(2, 10)[i], normal(2, 10)[i], 9,
                   h=float(h[i]), eta=2.0)
        assert torch.allclose(both.x[:, i], one.x, rtol=0, atol=1e-13)


# --- quadratic games ----------------------------------------------------------------------------


def test_grad_is_the_derivative_of_value():
    x, y = (normal(4, 10, seed=s).requires_grad_() for s in (1, 2))
    slopes = torch.autograd.grad(ROUND.value(x, y).sum(), (x, y))
    for ours, theirs in zip(ROUND.grad(x, y), slopes, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-12)


def test_rates_of_the_chapter():
    etas = torch.tensor([0.01, 0.1, 1.0, 10.0], dtype=torch.float64)
    assert GAME.rate(etas).tolist() == pytest.approx([0.0037, 0.0320, 0.0259, 0.0255], abs=6e-5)
    found = [float(GAME.best_certificate(e)[0]) for e in etas.tolist()]
    assert found == pytest.approx([1.9e-4, 0.0018, 0.0143, 0.0195], rel=0.04)


def test_iterations_of_the_chapter():
    etas = torch.tensor([0.01, 0.1, 0.3, 1, 3, 10, 100], dtype=torch.float64)
    assert GAME.iterations(etas).round().tolist() == pytest.approx(
        [12_861, 1457, 660, 845, 2658, 9007, 90_634], rel=1e-3)
    assert ROUND.iterations(etas).round().tolist() == pytest.approx(
        [4840, 481, 158, 53, 94, 334, 3405], rel=1e-2)


def test_both_limits():
    assert float(ROUND.rate(1e-5) / 1e-5) == pytest.approx(float(ROUND.slow_limit()), rel=1e-4)
    for game in (GAME, ROUND):
        assert float(game.rate(1e6)) == pytest.approx(float(game.fast_limit()), rel=1e-4)
    limit = float(GAME.frictionless_slow_limit())
    assert float(GAME.rate(1e-5) / 1e-5) == pytest.approx(limit, rel=1e-3)


def test_scalar_optimum_is_a_scan_and_twice_the_fast_limit():
    for p, r in ((1.0, 1.0), (0.7, 2.1), (-3.0, 0.4)):
        game, best = QuadraticGame.scalar(p, r), best_ratio(p, r)
        scan = best * torch.logspace(-1, 1, 401, dtype=torch.float64)
        assert float(game.rate(scan).max()) <= 2 * p**2 / r * (1 + 1e-6)
        assert float(scan[game.rate(scan).argmax()]) == pytest.approx(best, rel=0.02)
        assert 2 * float(game.fast_limit()) == pytest.approx(2 * p**2 / r)


def test_stability_rule_against_eigenvalues():
    u = torch.rand(3, 4000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for p, r, h in (10 ** (2 * u[:, :300] - 1)).T.tolist():
        game, border = QuadraticGame.scalar(p, r), largest_ratio(p, r, h)
        if border == 0:
            assert (game.factor(h, torch.logspace(-6, 3, 30)) >= 1 - 1e-9).all()
        else:
            assert float(game.factor(h, 0.99 * border)) < 1 < float(game.factor(h, 1.01 * border))


def test_units_move_the_ratio_and_nothing_else():
    for c in (0.1, 3.0):
        theirs = GAME.in_units(c)
        assert float(theirs.rate(2.0)) == pytest.approx(float(GAME.rate(2.0 * c**2)), rel=1e-9)
        # the payoff is the same number: y = c u
        x, u = normal(10, seed=1), normal(10, seed=2)
        assert float(theirs.value(x, u)) == pytest.approx(float(GAME.value(x, c * u)))


def test_energy_slope_is_the_derivative_along_the_flow():
    x, y = normal(10, seed=1), normal(10, seed=2)
    gx, gy = ROUND.grad(x, y)
    eta, eps, dt = 2.0, 0.3, 1e-6
    ends = [ROUND.energy(x - s * dt * gx, y + s * dt * eta * gy, eta, eps) for s in (1, -1)]
    slope = (ends[0] - ends[1]) / (2 * dt)
    assert float(slope) == pytest.approx(float(ROUND.energy_slope(x, y, eta, eps)), rel=1e-7)


def test_certificate_is_never_above_the_rate():
    for seed in range(30):
        game = QuadraticGame(*coupled_game(4, seed, own_friction=bool(seed % 2)))
        for eta in (0.02, 1.0, 30.0):
            proved, eps = game.best_certificate(eta)
            assert 0 < float(proved) <= float(game.rate(eta)) * (1 + 1e-9)
            assert float(game.certified(eta, eps)) == pytest.approx(float(proved))


def test_without_cross_term_nothing_is_proved_without_friction_of_x():
    assert float(GAME.certified(1.0, 0.0)) == pytest.approx(0, abs=1e-14)


def test_flow_follows_the_gradients():
    x, y = normal(10, seed=1), normal(10, seed=2)
    times = torch.tensor([0.0, 1e-6], dtype=torch.float64)
    xs, ys = GAME.flow(x, y, times, eta=3.0)
    gx, gy = GAME.grad(x, y)
    assert torch.allclose((xs[1] - xs[0]) / 1e-6, -gx, atol=1e-4)
    assert torch.allclose((ys[1] - ys[0]) / 1e-6, 3 * gy, atol=1e-4)


def test_best_step_is_a_scan():
    h, factor = GAME.best_step(1.0)
    scan = float(h) * torch.linspace(0.01, 2, 4001, dtype=torch.float64)
    assert float(factor) <= float(GAME.factor(scan, 1.0).min()) + 1e-12


# --- crowds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tau", "cells", "want"), [
    (1.0, 64, [0.0846, 0.5929, 0.8513]), (0.3, 64, [0.0237, 0.0433, 0.2419]),
    (0.1, 96, [3.5e-5, 6.5e-5, 3.6e-4])])
def test_rates_of_the_wavy_game(tau, cells, want):
    got = MeanFieldGame(wavy_payoff(), tau, cells).rate([0.1, 1.0, 10.0])
    assert got.tolist() == pytest.approx(want, rel=0.01)


def test_without_payoff_the_rate_is_that_of_heat():
    assert float(MeanFieldGame(NOTHING, 0.7, 128).rate([1.0])) == pytest.approx(0.7, rel=1e-3)


@pytest.mark.parametrize("make", [wavy_payoff, tilted_payoff])
def test_equilibrium_is_at_rest_and_nobody_gains(make):
    game = MeanFieldGame(make(), 0.2, 48)
    mu, nu = game.equilibrium()
    assert game.residual(mu, nu) < 1e-10 and float(game.gap(mu, nu)) == pytest.approx(0, abs=1e-12)
    assert max(float(d.abs().max()) for d in game.drift(mu, nu)) < 1e-9
    assert float(mu.sum()) == pytest.approx(1) and (mu > 0).all()


def test_two_solvers_agree_and_the_coarse_one_refuses():
    game = MeanFieldGame(wavy_payoff(), 0.1, 48)
    slow, fast = game.damped_gibbs(0.01, 4000), game.equilibrium()
    assert all(torch.allclose(a, b, atol=1e-9) for a, b in zip(slow, fast, strict=True))
    with pytest.raises(RuntimeError, match="did not settle: residual .* smaller damping"):
        game.damped_gibbs(0.05, 1000)


def test_gap_is_what_best_answers_gain():
    game = MeanFieldGame(wavy_payoff(), 0.5, 16)
    mu, nu = masses(16, 1), masses(16, 2)

    def payoff(mu, nu):
        spread = torch.xlogy(mu, mu).sum() - torch.xlogy(nu, nu).sum()
        return mu @ game.K @ nu + 0.5 * spread

    a, b = game.best_responses(mu, nu)
    assert float(game.gap(mu, nu)) == pytest.approx(float(payoff(mu, b) - payoff(a, nu)))
    assert float(game.gap(mu, nu)) > 0


@pytest.mark.parametrize("dt", [0.01, 1.0, 1e4])
def test_grid_step_keeps_masses_positive_and_whole(dt):
    game = MeanFieldGame(tilted_payoff(), 0.05, 40)
    mu = nu = torch.eye(40, dtype=torch.float64)[3]
    mu, nu = game.step(mu, nu, dt=dt, eta=5.0)
    for crowd in (mu, nu):
        assert (crowd > 0).all() and float(crowd.sum()) == pytest.approx(1)


def test_generator_rests_at_the_gibbs_density_and_leaves_no_mass():
    game, V = MeanFieldGame(NOTHING, 0.3, 24), normal(24)
    A = game.generator(V)
    assert torch.allclose(A.sum(0), torch.zeros(24, dtype=torch.float64), atol=1e-11)
    assert ((A - A.diagonal().diag()) >= 0).all()
    assert (A @ torch.softmax(-V / 0.3, -1)).abs().max() < 1e-11


def test_step_reads_the_others_old_place():
    game, mu, nu = MeanFieldGame(wavy_payoff(), 0.5, 16), masses(16, 1), masses(16, 2)
    eye = torch.eye(16, dtype=torch.float64)
    want = torch.linalg.solve(eye - 0.6 * game.generator(-game.K.T @ mu), nu)
    assert torch.allclose(game.step(mu, nu, dt=0.2, eta=3.0)[1], want)


def test_circle_distance_is_the_best_plan_and_crosses_the_seam():
    from scipy.optimize import linprog

    n, a, b = 9, masses(9, 1), masses(9, 2)
    gaps = (torch.arange(n)[:, None] - torch.arange(n)).abs()
    cost = torch.minimum(gaps, n - gaps).double() * (2 * math.pi / n)
    rows = torch.zeros(2 * n, n * n, dtype=torch.float64)
    for i in range(n):
        rows[i, i * n:(i + 1) * n] = rows[n + i, i::n] = 1
    plan = linprog(cost.flatten().numpy(), A_eq=rows.numpy(), b_eq=torch.cat([a, b]).numpy())
    assert float(circle_distance(a, b)) == pytest.approx(plan.fun, rel=1e-8)


@pytest.mark.parametrize("make", [wavy_payoff, tilted_payoff])
def test_forces_are_the_same_by_factors_and_by_pairs(make):
    game, x, y = MeanFieldGame(make(), 0.3, 8), 3 + normal(60, seed=1), 3 + normal(41, seed=2)
    factors, pairs = game.forces(x, y), game.forces(x, y, pairwise=True, chunk=17)
    assert all(torch.allclose(a, b, atol=1e-12) for a, b in zip(factors, pairs, strict=True))
    some = torch.stack([game.forces(x, y, batch=40, generator=torch.Generator().manual_seed(s))[0]
                        for s in range(200)])
    assert (some.mean(0) - factors[0]).abs().max() < 6 * some.std(0).max() / 200**0.5


@pytest.mark.parametrize("make", [wavy_payoff, tilted_payoff])
def test_slopes_by_hand_are_those_of_autograd(make):
    hand, auto = make(), make()._replace(means=None, sums=None)
    x, y = 3 + normal(60, seed=1), 3 + normal(41, seed=2)
    by_hand, by_autograd = MeanFieldGame(hand, 0.3, 8), MeanFieldGame(auto, 0.3, 8)
    for how in ({}, {"pairwise": True}, {"pairwise": True, "chunk": 7}, {"batch": 16}):
        pairs = [game.forces(x, y, **how, generator=torch.Generator().manual_seed(5))
                 for game in (by_hand, by_autograd)]
        for a, b in zip(*pairs, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-12)


def test_a_payoff_of_one_player_alone_has_slopes_too():
    alone = Payoff(lambda x, y: x.sin() + 0 * y)
    x, y = normal(8, seed=1), normal(5, seed=2)
    fx, fy = MeanFieldGame(alone, 0.3, 8).forces(x, y, batch=4, generator=torch.Generator())
    torch.testing.assert_close(fx, -x.cos())
    assert not fy.any()


@pytest.mark.parametrize("sizes", [(60, 60), (60, 41), (41, 60), (7, 100)])
def test_lots_reach_every_particle_once_and_their_mean_is_right(sizes):
    game = MeanFieldGame(wavy_payoff(), 0.3, 8)
    x, y = (3 + normal(n, seed=n) for n in sizes)
    exact = game.forces(x, y)
    lots = [game.forces(x, y, batch=20, generator=torch.Generator().manual_seed(s))
            for s in range(300)]
    for mean, tries in zip(exact, zip(*lots, strict=True), strict=True):
        tries = torch.stack(tries)
        off = (tries.mean(0) - mean).abs()
        assert (off <= 5 * tries.std(0) / 300**0.5 + 1e-12).all()


def test_particles_settle_at_the_grids_equilibrium():
    game, g = MeanFieldGame(wavy_payoff(), 1.0, 24), torch.Generator().manual_seed(0)
    x = y = torch.zeros(4000, dtype=torch.float64)
    for _ in range(300):
        x, y = game.particle_step(x, y, dt=0.05, eta=1.0, generator=g)
    for crowd, rest in zip((x, y), game.equilibrium(), strict=True):
        assert float(circle_distance(game.histogram(crowd), rest)) < 0.12


def test_factors_are_the_payoff():
    x, y = normal(7, seed=1), normal(5, seed=2)
    for payoff in (wavy_payoff(), tilted_payoff()):
        assert torch.allclose(payoff.left(x) @ payoff.right(y).T, payoff.value(x[:, None], y))


def test_walk_is_play_from_many_starts():
    game = QuadraticGame(torch.eye(3).double(), normal(3, 2, seed=2), 0.5 * torch.eye(2).double())
    x, y = normal(7, 3, seed=4), normal(7, 2, seed=5)
    xs, ys = game.walk(x, y, 20, h=0.1, eta=2.0)
    match = play(simultaneous_gda, game.grad, x, y, 20, h=0.1, eta=2.0)
    torch.testing.assert_close(xs, match.x, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(ys, match.y, rtol=1e-10, atol=1e-12)


# --- the data's game ----------------------------------------------------------------------------


def test_moment_game_gradient_and_rest():
    data = normal(50, 2) @ torch.tensor([[1.0, 0.4], [0.0, 0.5]], dtype=torch.float64) + 1
    game = MomentGame(data)
    x, y = (normal(3, 6, seed=s).requires_grad_() for s in (1, 2))
    slopes = torch.autograd.grad(game.value(x, y).sum(), (x, y))
    assert all(torch.allclose(a, b) for a, b in zip(game.grad(x, y), slopes, strict=True))
    G = torch.linalg.cholesky(game.second - torch.outer(game.first, game.first))
    right = torch.cat([G.flatten(), game.first])
    assert float(game.error(right)) == pytest.approx(0, abs=1e-12)
    assert max(float(g.abs().max()) for g in game.grad(right, 0 * right)) < 1e-12


def test_iris_is_scikit_learns():
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    assert (iris().x.numpy() == x).all() and (iris().y.numpy() == y).all()
    with pytest.raises(ValueError, match="floating point"):
        iris(torch.int64)


def test_coupled_game_by_its_law():
    Q, P, R = coupled_game(6, 3, own_friction=True)
    assert min(float(torch.linalg.eigvalsh(part)[0]) for part in (Q, R)) >= 0.5 - 1e-12
    assert torch.equal(coupled_game(6, 3)[1], P) and not coupled_game(6, 3)[0].any()


E2 = torch.eye(2, dtype=torch.float64)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: simultaneous_gda(Players(ONE, ONE), bilinear, h=0.0, eta=1.0), "h must be > 0"),
    (lambda: alternating_gda(Players(ONE, ONE), bilinear, h=1.0, eta=-1.0), "eta must be > 0"),
    (lambda: extragradient(Players(ONE, ONE), bilinear, h=-1.0, eta=1.0), "h must be > 0"),
    (lambda: optimistic_gda(Memory(ONE, ONE, ONE, ONE), bilinear, h=1.0, eta=0.0), "eta must"),
    (lambda: play(simultaneous_gda, bilinear, ONE, ONE, -1, h=1.0, eta=1.0), "steps must be >= 0"),
    (lambda: QuadraticGame(E2, ONE[None], E2), "must be"),
    (lambda: QuadraticGame(E2, E2, E2 + E2.roll(1, 0).triu()), "R must be symmetric"),
    (lambda: GAME.slow_limit(), "Q must be positive definite"),
    (lambda: ROUND.frictionless_slow_limit(), "Q must be 0"),
    (lambda: GAME.growth(0.1, 1.0), "Q and R must be 0"),
    (lambda: GAME.certified(1.0, 99.0), "eps must be below"),
    (lambda: best_ratio(0.0, 1.0), "p must not be 0"),
    (lambda: best_ratio(1.0, 0.0), "r must be > 0, got 0.0"),
    (lambda: largest_ratio(1.0, -1.0, 1.0), "r >= 0"),
    (lambda: MeanFieldGame(NOTHING, 0.0), "tau must be > 0, got 0.0"),
    (lambda: MeanFieldGame(NOTHING, 1.0, 3), "cells must be >= 4, got 3"),
    (lambda: circle_distance(masses(4, 0), masses(5, 0)), "as many cells"),
    (lambda: TwoTimescaleGDA([ONE], [], lr=0.0), "lr must be > 0"),
    (lambda: TwoTimescaleGDA([ONE], [], lr=1.0, eta=0.0), "eta must be > 0"),
    (lambda: TwoTimescaleGDA([ONE], [], lr=1.0, rule="both"), "rule must be one of"),
    (lambda: TwoTimescaleGDA([ONE], [], lr=1.0, rule="alternating").step(), "give step a closure"),
    (lambda: coupled_game(0, 0), "n must be >= 1"),
    (lambda: MomentGame(ONE), "data must be"),
    (lambda: MomentGame(E2, friction=0.0), "friction must be > 0"),
])
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()
