"""Objectives and data that the chapters share."""

import math

import pytest
import torch
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression

from gradcourse.data import breast_cancer, digits
from gradcourse.problems import (
    Kinked,
    Logistic,
    Quadratic,
    additive_noise,
    bowl,
    cycle_laplacian,
    minibatches,
    spectrum,
)


def points(*shape, low=-3.0, high=4.0):
    generator = torch.Generator().manual_seed(0)
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("f", [Quadratic([0.5, 2.0, 30.0]), Kinked()], ids=["bowl", "kinked"])
def test_grad_is_the_derivative_of_value(f):
    x = points(40, 3).requires_grad_()
    (slope,) = torch.autograd.grad(f.value(x).sum(), x)
    assert torch.allclose(f.grad(x), slope, rtol=0, atol=1e-12)
    assert torch.autograd.gradcheck(f.value, (x,))


@pytest.mark.parametrize("f", [bowl(7.0), Kinked()], ids=["bowl", "kinked"])
def test_lowest_point_is_zero_of_height_zero(f):
    zero = torch.zeros(2, dtype=torch.float64)
    assert not f.value(zero).any() and not f.grad(zero).any()
    assert (f.value(points(100, 2)) > 0).all()


@pytest.mark.parametrize("f", [bowl(7.0), Kinked()], ids=["bowl", "kinked"])
def test_curvatures_lie_between_mu_and_L_and_reach_both(f):
    x, move = points(400, 2), 1e-3
    bend = (f.grad(x + move) - f.grad(x)) / move
    assert bend.min().item() == pytest.approx(f.mu) and bend.max().item() == pytest.approx(f.L)
    assert f.kappa == f.L / f.mu


def test_quadratic_by_hand():
    f = Quadratic([1.0, 4.0])
    assert f.value(torch.tensor([[2.0, 1.0], [0.0, 3.0]])).tolist() == [4.0, 18.0]
    assert f.grad(torch.tensor([2.0, 1.0])).tolist() == [2.0, 4.0]
    assert (f.mu, f.L, f.kappa) == (1, 4, 4)
    assert repr(bowl(10)) == "Quadratic([1.0, 10.0])"


def test_kinked_is_the_three_pieces():
    x = torch.linspace(-4, 10, 2001, dtype=torch.float64)
    pieces = torch.where(x < 1, 25 * x, torch.where(x < 2, x + 24, 25 * x - 24))
    assert torch.allclose(Kinked().grad(x), pieces, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("f", [bowl(7.0), Kinked()], ids=["bowl", "kinked"])
def test_dtype_and_device_follow_x(f, dtype):
    x = points(5, 2).to(dtype)
    assert f.value(x).dtype == f.grad(x).dtype == dtype
    assert f.value(x.to("meta")).device.type == f.grad(x.to("meta")).device.type == "meta"


@pytest.mark.parametrize("bad", [[], [1.0, 0.0], [1.0, -2.0], [math.inf], [math.nan], [[1.0]]])
def test_quadratic_refuses_what_is_no_bowl(bad):
    with pytest.raises(ValueError, match="curvatures must be one row of finite numbers > 0, got"):
        Quadratic(bad)


@pytest.mark.parametrize("kind", ["log", "linear", "ends", "worst"])
def test_spectrum_rises_from_one_to_kappa(kind):
    h = spectrum(kind, 7, 12.3)
    assert h.shape == (7,) and h.dtype == torch.float64
    assert (h[0].item(), h[-1].item()) == (1.0, 12.3)
    assert (h.diff() >= 0).all()


def test_spectrum_spacings():
    log, linear, ends = (spectrum(kind, 6, 32.0) for kind in ("log", "linear", "ends"))
    assert torch.allclose(log[1:] / log[:-1], torch.tensor(2.0, dtype=torch.float64))
    assert torch.allclose(linear.diff(), torch.tensor(6.2, dtype=torch.float64))
    assert ends.tolist() == [1, 1, 1, 32, 32, 32]
    assert spectrum("worst", 4, 32.0).tolist() == [1, 1, 1, 32]


def test_spectrum_refusals():
    with pytest.raises(ValueError, match="kind must be one of log, linear, ends, worst, got flat"):
        spectrum("flat", 3, 10)
    with pytest.raises(ValueError, match="d must be >= 2, got 1"):
        spectrum("log", 1, 10)
    with pytest.raises(ValueError, match="kappa must be >= 1, got 0.5"):
        spectrum("log", 3, 0.5)


def test_cycle_laplacian_is_that_of_a_ring():
    ring = 2 * torch.eye(10, dtype=torch.float64)
    for i in range(10):
        ring[i, (i + 1) % 10] = ring[(i + 1) % 10, i] = -1
    h = cycle_laplacian(10, 41)
    assert torch.allclose(torch.linalg.eigvalsh(ring) + 0.1, h)
    assert h.max() / h.min() == pytest.approx(41)


def test_cycle_laplacian_refusals():
    for d in (0, 7):
        with pytest.raises(ValueError, match=f"d must be even and >= 2, got {d}"):
            cycle_laplacian(d, 10)
    with pytest.raises(ValueError, match="kappa must be > 1, got 1"):
        cycle_laplacian(4, 1)


def tumours(weight=0.01):
    return Logistic(*breast_cancer(), weight=weight)


def test_logistic_gradient_and_hessian_agree_with_its_value():
    f, w = tumours(), points(4, 31, low=-1, high=1).requires_grad_()
    (slope,) = torch.autograd.grad(f.value(w).sum(), w)
    assert torch.allclose(f.grad(w), slope, rtol=0, atol=1e-13)
    for at in w.detach():
        bend = torch.linalg.eigvalsh(torch.autograd.functional.hessian(f.value, at))
        assert f.mu - 1e-12 <= bend.min() and bend.max() <= f.L
    bend = torch.linalg.eigvalsh(torch.autograd.functional.hessian(f.value, 0 * at))
    assert bend.max().item() == pytest.approx(f.L)


def test_logistic_optimum_is_scikit_learns():
    f, (x, y) = tumours(), breast_cancer()
    theirs = LogisticRegression(C=1 / (0.01 * len(x)), fit_intercept=False, tol=1e-10,
                                solver="newton-cholesky").fit(x.numpy(), y.numpy())
    assert torch.allclose(f.optimum, torch.tensor(theirs.coef_[0]), rtol=0, atol=1e-8)
    assert f.grad(f.optimum).norm() < 1e-14 and (f.gap(points(50, 31)) > 0).all()


def test_logistic_optimum_is_found_where_full_newton_steps_circle():
    x = torch.tensor([[14.0, 31], [-7, -8], [-2, -11], [0, 1], [2, -2]], dtype=torch.float64)
    f = Logistic(x, torch.tensor([1, 1, 0, 1, 0]), weight=1e-4)
    assert f.grad(f.optimum).norm() < 1e-12


def test_logistic_refusals():
    x, y = torch.ones(3, 2), torch.ones(3)
    with pytest.raises(ValueError, match=r"x must be \(N, d\), got \(3,\)"):
        Logistic(y, y, weight=1.0)
    for bad in (y[:2], 2 * y):
        with pytest.raises(ValueError, match="y must hold 3 zeros and ones"):
            Logistic(x, bad, weight=1.0)
    with pytest.raises(ValueError, match="weight must be > 0, got 0"):
        Logistic(x, y, weight=0)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_additive_noise_has_its_mean_and_size():
    x = torch.full((200_000,), 2.0, dtype=torch.float64)
    noise = additive_noise(lambda x: 3 * x, 0.5, generator=seeded())(x) - 6
    assert abs(noise.mean()) < 4 * 0.5 / len(x) ** 0.5
    assert noise.std().item() == pytest.approx(0.5, rel=0.01)


def test_noise_follows_its_generator_and_is_new_at_every_call():
    f, w = tumours(), torch.zeros(31, dtype=torch.float64)
    for make in (lambda g: additive_noise(f.grad, 1.0, generator=g),
                 lambda g: minibatches(f, 8, generator=g)):
        one, two = make(seeded()), make(seeded())
        first = one(w)
        assert torch.equal(first, two(w)) and not torch.equal(first, one(w))


def test_minibatches_are_unbiased():
    f, w = tumours(), points(31, low=-0.1, high=0.1)
    seen = minibatches(f, 4, generator=seeded())(w.expand(20_000, 31))
    error = (seen.mean(0) - f.grad(w)) / (seen.std(0) / len(seen) ** 0.5)
    assert error.abs().max() < 4.5
    assert (seen.var(0) * 4).sum().item() == pytest.approx(
        (f.rows * torch.sigmoid(-f.rows @ w)[:, None]).var(0).sum().item(), rel=0.05
    )


def test_runs_draw_their_own_rows_and_settings_share_them():
    f, w = tumours(), torch.zeros(2, 3, 31, dtype=torch.float64)
    g = minibatches(f, 8, generator=seeded())(w)
    assert torch.allclose(g[0], g[1]) and not torch.allclose(g[0, 0], g[0, 1])


def test_noise_refusals():
    with pytest.raises(ValueError, match="sd must be >= 0, got -1"):
        additive_noise(torch.sin, -1, generator=seeded())
    with pytest.raises(ValueError, match="size must be >= 1, got 0"):
        minibatches(tumours(), 0, generator=seeded())


def test_breast_cancer_is_scikit_learns_standardised_with_an_intercept():
    x, y = breast_cancer()
    theirs, labels = load_breast_cancer(return_X_y=True)
    assert x.shape == (569, 31) and (x[:, -1] == 1).all()
    assert x[:, :-1].mean(0).abs().max() < 1e-12
    assert torch.allclose((x[:, :-1] ** 2).mean(0), torch.ones((), dtype=torch.float64))
    assert abs(torch.corrcoef(torch.stack([x[:, 3], torch.tensor(theirs[:, 3])]))[0, 1]) > 1 - 1e-12
    assert y.tolist() == labels.tolist() and breast_cancer(torch.float32).x.dtype == torch.float32
    with pytest.raises(ValueError, match="dtype must be floating point, got torch.int64"):
        breast_cancer(torch.int64)


def rows(*splits):
    return sorted(torch.cat(splits).tolist())


def test_digits_are_all_of_scikit_learns_cut_once():
    part = digits(train=1000)
    x, y = load_digits(return_X_y=True)
    together = torch.cat([part.x_train, part.x_test]) * 16
    labels = torch.cat([part.y_train, part.y_test])
    ours = torch.cat([together, labels[:, None]], 1)
    theirs = torch.cat([torch.tensor(x), torch.tensor(y)[:, None]], 1)
    assert rows(ours) == rows(theirs)
    assert part.x_train.shape == (1000, 64) and part.y_test.shape == (797,)
    assert (part.x_train.min(), part.x_train.max()) == (0, 1)


def test_digits_follow_the_seed():
    one, same, other = digits(seed=3), digits(seed=3), digits(seed=4)
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not torch.equal(one.y_train, other.y_train)


def test_digits_leave_torchs_own_randomness_alone():
    before = torch.get_rng_state()
    digits(seed=5)
    assert torch.equal(torch.get_rng_state(), before)


def test_centred_digits_subtract_the_mean_of_the_training_part_only():
    plain, centred = digits(train=200), digits(train=200, centred=True)
    mean = plain.x_train.mean(0)
    assert centred.x_train.mean(0).abs().max() < 1e-14
    assert torch.allclose(centred.x_test, plain.x_test - mean)
    assert centred.x_test.mean(0).abs().max() > 1e-3


def test_a_changed_split_does_not_change_the_next_one():
    digits().x_train.zero_()
    assert digits().x_train.any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_digits_dtype(dtype):
    part = digits(dtype=dtype, centred=True)
    assert part.x_train.dtype == part.x_test.dtype == dtype
    assert part.y_train.dtype == part.y_test.dtype == torch.int64


def test_digits_refusals():
    for train in (0, 1797):
        with pytest.raises(ValueError, match=rf"train must be in \[1, 1796\], got {train}"):
            digits(train=train)
    with pytest.raises(ValueError, match="dtype must be floating point, got torch.int64"):
        digits(dtype=torch.int64)
