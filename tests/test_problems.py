"""Objectives and data that the chapters share."""

import math

import pytest
import torch
from sklearn.datasets import load_digits

from gradcourse.data import digits
from gradcourse.problems import Kinked, Quadratic, bowl, spectrum


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


@pytest.mark.parametrize("kind", ["log", "linear", "ends"])
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


def test_spectrum_refusals():
    with pytest.raises(ValueError, match="kind must be one of log, linear, ends, got flat"):
        spectrum("flat", 3, 10)
    with pytest.raises(ValueError, match="d must be >= 2, got 1"):
        spectrum("log", 1, 10)
    with pytest.raises(ValueError, match="kappa must be >= 1, got 0.5"):
        spectrum("log", 3, 0.5)


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
