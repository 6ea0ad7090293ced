"""A size that is a weight: masks, size losses, one network, a crowd of them, and their training.

Five kinds of test for each: an independent source, limits, laws, known numbers, refusals.
"""

import math

import pytest
import torch

from gradcourse.methods.nimble import (
    Crowd,
    MaskController,
    NimbleAdam,
    NimbleMLP,
    born,
    gradient,
    open_loop_size,
    predict,
    prune,
    ramp_mask,
    sigmoid_mask,
    size_gradient,
    size_loss,
    size_path,
    train,
)
from gradcourse.problems import bessel_curve, two_spirals

X, Y = bessel_curve(20)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


def number(value):
    return torch.tensor(value, dtype=torch.float64)


def crowd_of(sizes, inputs=2, outputs=3, capacity=5):
    crowd = born(range(len(sizes)), inputs, outputs, capacity)
    return Crowd(crowd.neurons, normal(len(sizes), outputs, seed=9), number(sizes))


# --- masks, size losses, paths ------------------------------------------------------------------


@pytest.mark.parametrize("size", [0.0, 0.3, 1.0, 2.3, 3.999, 4.0, 7.5])
def test_ramp_opens_neurons_one_at_a_time(size):
    m = ramp_mask(number(size), 4)
    whole = min(int(size), 4)
    part = [size - whole] if whole < 4 else []
    want = [1.0] * whole + part + [0.0] * (3 - whole)
    torch.testing.assert_close(m, number(want))
    assert float(m.sum()) == pytest.approx(min(size, 4))


def test_ramp_is_shut_below_zero_and_keeps_its_gradient_in_one_neuron():
    assert not ramp_mask(number(-3.0), 4).any()
    size = number(2.3).requires_grad_()
    slopes = torch.stack([torch.autograd.grad(m, size, retain_graph=True)[0]
                          for m in ramp_mask(size, 4)])
    torch.testing.assert_close(slopes, number([0.0, 0.0, 1.0, 0.0]))


def test_sigmoid_becomes_a_step_and_its_shares_sum_to_the_size():
    sharp = sigmoid_mask(number(2.3), 5, 1e-3)
    torch.testing.assert_close(sharp, number([1.0, 1.0, 0.0, 0.0, 0.0]), atol=1e-9, rtol=0)
    for size in (5.0, 7.3, 12.0):
        assert float(sigmoid_mask(number(size), 20, 0.5).sum()) == pytest.approx(size, abs=5e-3)


def test_masks_and_losses_pass_gradcheck():
    size = number([0.4, 2.7]).requires_grad_()
    assert torch.autograd.gradcheck(lambda n: ramp_mask(n, 4), size)
    assert torch.autograd.gradcheck(lambda n: sigmoid_mask(n, 4, 0.3), size)
    assert torch.autograd.gradcheck(lambda n: size_loss(n, target=3.0), size)
    assert torch.autograd.gradcheck(lambda n: size_loss(n, price=0.7), size)


def test_size_gradient_is_autograd_and_the_difference_quotient():
    h, out, target = normal(7, 4), normal(4, 2, seed=1), normal(7, 2, seed=2)

    def task(size):
        return (((h * ramp_mask(size, 4)) @ out - target) ** 2).mean()

    size = number(2.3).requires_grad_()
    (auto,) = torch.autograd.grad(task(size), size)
    residual = 2 * ((h * ramp_mask(number(2.3), 4)) @ out - target) / target.numel()
    slopes = number([0.0, 0.0, 1.0, 0.0])
    got = size_gradient(slopes, h, out, residual)
    torch.testing.assert_close(got, auto)
    quotient = (task(number(2.3 + 1e-6)) - task(number(2.3 - 1e-6))) / 2e-6
    assert float(got) == pytest.approx(float(quotient), rel=1e-6)
    assert size_gradient(0 * slopes, h, out, residual) == 0


def test_between_integers_the_task_is_a_parabola_in_the_size():
    crowd = crowd_of([2.2] * 5, 1, 1)
    sizes = number([2.1, 2.3, 2.5, 2.7, 2.9])
    one = Crowd(crowd.neurons[:1].expand(5, -1, -1), crowd.bias[:1].expand(5, -1), sizes)
    value = gradient(one, X, Y)[0]
    third = value.diff().diff().diff()
    torch.testing.assert_close(third, torch.zeros(2, dtype=torch.float64), atol=1e-12, rtol=0)
    h = torch.tanh(X @ crowd.neurons[0, 2, :1] + crowd.neurons[0, 2, 1])
    curvature = 2 * ((crowd.neurons[0, 2, 2] * h) ** 2).mean()
    torch.testing.assert_close(value.diff().diff() / 0.04, curvature.expand(3))


def test_size_path_is_torchs_adam_and_the_weight_cancels():
    for weight in (0.01, 1.0, 100.0):
        size = torch.nn.Parameter(number(0.5))
        adam, path = torch.optim.Adam([size], lr=0.03), [0.5]
        for k in range(200):
            adam.param_groups[0]["lr"] = 0.03 if k < 140 else 0.003
            adam.zero_grad()
            (weight * size_loss(size, target=6.0)).backward()
            adam.step()
            path.append(float(size.detach()))
        got = size_path(0.03, 200, 0.5, 6.0, drop=(0.7, 0.1))
        assert max(abs(a - b) for a, b in zip(path, got, strict=True)) < 1e-6
    assert path[1] == pytest.approx(0.53) and path[200] < 0.5 + 200 * 0.03


def test_size_path_without_steps_stays_and_from_above_it_mirrors():
    assert size_path(0.1, 0, 0.5, 6.0) == [0.5]
    up, down = size_path(0.1, 50, 1.0, 6.0), size_path(0.1, 50, 11.0, 6.0)
    assert [12 - n for n in down] == pytest.approx(up)


def test_open_loop_rises_evenly_and_stays():
    k = torch.arange(0, 400, 100, dtype=torch.float64)
    want = number([0.5, 2.5, 4.5, 6.5])
    torch.testing.assert_close(open_loop_size(k, 0.5, 6.5, 300), want)
    assert open_loop_size(900, 0.5, 6.5, 300) == 6.5


# --- one network --------------------------------------------------------------------------------


def test_network_says_what_the_formula_says():
    net = NimbleMLP(2, 3, 5, start=2.3, generator=seeded()).double()
    x = normal(7, 2)
    want = net.bias + sum(
        m * torch.tanh(x @ net.weight[j] + net.offset[j])[:, None] * net.out[j]
        for j, m in enumerate([1.0, 1.0, float(net.size.detach()) - 2]))
    torch.testing.assert_close(net(x), want)
    assert net.neurons == 3


def test_sliced_network_is_the_masked_one_in_value_and_gradient():
    net = NimbleMLP(2, 3, 9, start=2.3, generator=seeded()).double()
    x, g = normal(7, 2), normal(7, 3, seed=1)
    grads = []
    for mask in (None, ramp_mask(net.size, 9)):
        net.zero_grad()
        out = net(x, mask)
        (out * g).sum().backward()
        grads.append([out.detach(), *(p.grad.clone() for p in net.parameters())])
    for one, two in zip(*grads, strict=True):
        torch.testing.assert_close(one, two)


def test_sliced_network_computes_only_open_neurons(monkeypatch):
    widths = []
    linear = torch.nn.functional.linear
    monkeypatch.setattr(torch.nn.functional, "linear",
                        lambda x, w, b: widths.append(len(w)) or linear(x, w, b))
    x = torch.zeros(1, 2)
    for start, mask, width in ((2.3, "ramp", 3), (3.0, "ramp", 3), (2.3, "sigmoid", 100)):
        NimbleMLP(2, 1, 100, mask=mask, start=start)(x)
        assert widths.pop() == width


def test_shut_network_says_its_bias_and_only_the_price_moves_its_size():
    net = NimbleMLP(1, 1, 4)
    with torch.no_grad():
        net.size.fill_(-1.0)
    loss = (net(X.float()) - Y.float()).square().mean()
    loss.backward()
    assert net.neurons == 0
    assert net.size.grad is None or net.size.grad == 0
    assert not any(p.grad is not None and p.grad.any() for p in (net.weight, net.out))


def test_trained_network_is_a_crowd_of_one():
    crowd = born([3], 1, 1, 6)
    net = NimbleMLP(1, 1, 6).double()
    with torch.no_grad():
        for p, part in zip((net.weight, net.offset, net.out),
                           crowd.neurons[0].split([1, 1, 1], -1), strict=True):
            p.copy_(part.reshape(p.shape))
    adam = net.optimizer(lr=0.05, lr_size=0.04)
    assert type(adam) is torch.optim.Adam
    sizes = [0.5]
    for _ in range(150):
        adam.zero_grad()
        task = (net(X) - Y).square().mean()
        (task + 0.1 * size_loss(net.size, target=6.0)).backward()
        adam.step()
        net.keep_within()
        sizes.append(float(net.size.detach()))
    run = train(crowd, X, Y, steps=150, lr=0.05, lr_size=0.04, target=6.0)
    torch.testing.assert_close(run.sizes[:, 0], number(sizes))
    torch.testing.assert_close(predict(run.crowd, X)[0], net(X).detach(), atol=1e-7, rtol=1e-7)


def test_controller_with_the_ramps_shares_is_the_size_weight():
    net = NimbleMLP(2, 1, 4, start=2.5, generator=seeded())
    x = normal(3, 2).float()
    assert torch.equal(net(x, ramp_mask(net.size, 4)), net(x))
    told = MaskController(4, in_features=2, start=0.9)
    shares = told(torch.tensor([0.5, 1.0]))
    torch.testing.assert_close(shares, torch.full((4,), 0.9))
    (net(x, shares).sum() + shares.sum()).backward()
    assert told.logits.grad.all() and told.weight.grad.any()


# --- Adam with a clock for each neuron ----------------------------------------------------------


def test_nimble_adam_is_adam_where_nothing_sleeps():
    grads = [normal(3, 2, seed=s) for s in range(6)]
    ends = []
    for make in (torch.optim.Adam, NimbleAdam):
        p = torch.nn.Parameter(normal(3, 2, seed=9))
        optimizer = make([p], lr=0.1)
        for g in grads:
            p.grad = g
            optimizer.step()
        ends.append(p.detach())
    torch.testing.assert_close(*ends)


@pytest.mark.parametrize("late", [1, 5, 50])
def test_a_row_born_late_begins_as_a_fresh_adam(late):
    p = torch.nn.Parameter(torch.zeros(2, 3, dtype=torch.float64))
    optimizer = NimbleAdam([p], lr=0.1)
    fresh = torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))
    other = torch.optim.Adam([fresh], lr=0.1)
    for k in range(late + 10):
        p.grad = normal(2, 3, seed=k)
        if k < late:
            p.grad[1] = 0
        optimizer.step()
        if k >= late:
            fresh.grad = p.grad[1].clone()
            other.step()
    torch.testing.assert_close(p.detach()[1], fresh.detach())


def test_one_global_clock_kicks_what_is_born_late():
    p = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    adam, before, moves = torch.optim.Adam([p], lr=1.0), 0.0, []
    for k in range(2050):
        p.grad = torch.full_like(p, float(k >= 2000))
        adam.step()
        moves.append(abs(float(p.detach()) - before))
        before = float(p.detach())
    ages = torch.arange(1, 51, dtype=torch.float64)
    want = (1 - 0.9**ages) / (1 - 0.999**ages).sqrt()
    torch.testing.assert_close(number(moves[2000:]), want, atol=0, rtol=0.1)
    assert moves[2000] == pytest.approx(3.16, rel=0.1)
    assert max(moves) > 6


@pytest.mark.parametrize(("bad", "says"), [
    ({"lr": 0.0}, "lr must be > 0, got 0.0"),
    ({"lr": 0.1, "betas": (1.0, 0.9)}, r"betas must be in \[0, 1\)"),
    ({"lr": 0.1, "eps": -1.0}, "eps must be >= 0, got -1.0"),
])
def test_nimble_adam_refuses(bad, says):
    with pytest.raises(ValueError, match=says):
        NimbleAdam([torch.nn.Parameter(torch.zeros(1))], **bad)


# --- a crowd ------------------------------------------------------------------------------------


@pytest.mark.parametrize("softness", [0.0, 0.4])
@pytest.mark.parametrize("loss", ["squared", "logistic", "softmax"])
@pytest.mark.parametrize("sizes", [[0.4, 2.3], [-1.0, -0.5], [5.0, 4.6], [3.0, 0.0]])
def test_gradient_by_hand_is_autograd(loss, softness, sizes):
    outputs = 1 if loss == "logistic" else 3
    crowd = Crowd(*(p.requires_grad_() for p in crowd_of(sizes, outputs=outputs)))
    x = normal(7, 2)
    y = {"squared": normal(7, 3, seed=5), "softmax": torch.arange(7) % 3,
         "logistic": (torch.arange(7) % 2).double()[:, None]}[loss]
    out = predict(crowd, x, softness=softness)
    both = y.expand(2, *y.shape)
    if loss == "squared":
        value = (out - both).square().mean((1, 2))
    elif loss == "logistic":
        value = torch.nn.functional.binary_cross_entropy_with_logits(
            out, both, reduction="none").mean((1, 2))
    else:
        value = torch.nn.functional.cross_entropy(out.mT, both, reduction="none").mean(-1)
    want = torch.autograd.grad(value.sum(), crowd, allow_unused=True)
    got_value, got = gradient(crowd, x, y, loss=loss, softness=softness)
    torch.testing.assert_close(got_value, value)
    for one, two in zip(got, want, strict=True):
        torch.testing.assert_close(one.detach(), torch.zeros_like(one) if two is None else two)


def test_a_crowd_is_its_members_and_a_seed_draws_the_same_neurons():
    many = train(born([4, 7], 1, 1, 5), X, Y, steps=60, lr=0.1, lr_size=0.1, target=5.0)
    for i, seed in enumerate([4, 7]):
        one = train(born([seed], 1, 1, 5), X, Y, steps=60, lr=0.1, lr_size=0.1, target=5.0)
        torch.testing.assert_close(one.sizes[:, 0], many.sizes[:, i])
        torch.testing.assert_close(one.losses[:, 0], many.losses[:, i])
    small, large = born([4], 1, 1, 3).neurons, born([4], 1, 1, 3).neurons
    assert torch.equal(small, large)


def test_rates_and_weights_can_differ_in_one_crowd():
    lr, lr_size = number([0.1, 0.02]), number([0.1, 0.05])
    many = train(born([4, 4], 1, 1, 5), X, Y, steps=40, lr=lr, lr_size=lr_size,
                 weight=number([0.1, 0.3]), target=5.0)
    for i, weight in enumerate((0.1, 0.3)):
        one = train(born([4], 1, 1, 5), X, Y, steps=40, lr=float(lr[i]), weight=weight,
                    lr_size=float(lr_size[i]), target=5.0)
        torch.testing.assert_close(one.losses[:, 0], many.losses[:, i])


def test_slicing_changes_nothing_also_when_neurons_close_again(monkeypatch):
    def up_and_down(k):
        return number([min(k, 60 - k) / 10 + 0.05, 2.5])

    ends = []
    for whole in (False, True):
        if whole:
            monkeypatch.setattr("gradcourse.methods.nimble.training.open_count",
                                lambda size, capacity, softness: capacity)
        ends.append(train(born([1, 2], 1, 1, 5), X, Y, steps=60, lr=0.1, schedule=up_and_down,
                          low=-math.inf))
    for one, two in zip(ends[0].crowd, ends[1].crowd, strict=True):
        torch.testing.assert_close(one, two)


def test_closed_neurons_stay_where_they_are():
    crowd = born([0], 1, 1, 6)
    run = train(crowd, X, Y, steps=30, lr=0.1, schedule=lambda k: number([2.5]))
    assert torch.equal(run.crowd.neurons[:, 3:], crowd.neurons[:, 3:])
    moved = (run.crowd.neurons[:, :3] - crowd.neurons[:, :3]).abs().amax(-1)
    assert moved.all()


def test_full_size_that_stays_is_the_ordinary_network_under_torchs_adam():
    crowd = born([5], 1, 1, 4, start=4.0)
    net = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    net = net.double()
    w, b, v = crowd.neurons[0].split([1, 1, 1], -1)
    with torch.no_grad():
        for p, part in zip(net.parameters(), (w, b[:, 0], v.T, crowd.bias[0]), strict=True):
            p.copy_(part)
    adam = torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(100):
        adam.zero_grad()
        torch.nn.functional.mse_loss(net(X), Y).backward()
        adam.step()
    run = train(crowd, X, Y, steps=100, lr=0.05)
    torch.testing.assert_close(predict(run.crowd, X)[0], net(X).detach())


def test_the_size_follows_adam_on_the_size_loss_alone():
    run = train(born(range(6), 1, 1, 6), X, Y, steps=300, lr=0.1, lr_size=0.03, target=6.0)
    want = number(size_path(0.03, 300, 0.5, 6.0))
    assert float((run.sizes.median(1).values - want).abs().max()) < 0.1


def test_birth_clock_differs_from_the_global_only_after_a_late_birth():
    full = {"steps": 40, "lr": 0.1}
    still = [train(born([0], 1, 1, 4, start=4.0), X, Y, clock=c, **full).losses
             for c in ("global", "birth")]
    torch.testing.assert_close(*still)
    grown = [train(born([0], 1, 1, 4), X, Y, clock=c, lr_size=0.1, target=4.0, **full).losses
             for c in ("global", "birth")]
    assert not torch.allclose(*grown)


def test_birth_clock_is_nimble_adam():
    net = NimbleMLP(1, 1, 4, clock="birth").double()
    crowd = born([0], 1, 1, 4)
    with torch.no_grad():
        for p, part in zip((net.weight, net.offset, net.out),
                           crowd.neurons[0].split([1, 1, 1], -1), strict=True):
            p.copy_(part.reshape(p.shape))
    adam, sizes = net.optimizer(lr=0.05, lr_size=0.1), [0.5]
    assert type(adam) is NimbleAdam
    for _ in range(80):
        adam.zero_grad()
        ((net(X) - Y).square().mean() + 0.1 * size_loss(net.size, target=4.0)).backward()
        adam.step()
        net.keep_within()
        sizes.append(float(net.size.detach()))
    run = train(crowd, X, Y, steps=80, lr=0.05, lr_size=0.1, target=4.0, clock="birth")
    torch.testing.assert_close(run.sizes[:, 0], number(sizes))


def test_below_zero_only_the_price_speaks():
    crowd = born([0], 1, 1, 4, start=-0.5)
    run = train(crowd, X, Y, steps=50, lr=0.1, lr_size=0.1, weight=1.0, price=0.01, low=-math.inf)
    assert run.sizes.diff(dim=0).max() < 0
    assert float(run.losses[-1]) == pytest.approx(1.0, abs=1e-6)


def test_minibatches_come_from_a_function_of_the_step():
    asked = []

    def batch(k):
        asked.append(k)
        return X[None].expand(2, -1, -1), Y[None].expand(2, -1, -1)

    got = train(born([0, 1], 1, 1, 3), batch, steps=9, lr=0.1, lr_size=0.1, target=3.0)
    want = train(born([0, 1], 1, 1, 3), X, Y, steps=9, lr=0.1, lr_size=0.1, target=3.0)
    assert asked == list(range(9))
    torch.testing.assert_close(got.losses, want.losses)


def test_half_a_neuron_with_twice_the_weight_is_the_same_function():
    crowd = crowd_of([3.0], 1, 1)
    doubled = crowd.neurons.clone()
    doubled[:, 2, -1] *= 2
    cheap = Crowd(doubled, crowd.bias, number([2.5]))
    torch.testing.assert_close(predict(crowd, X), predict(cheap, X))


def test_pruning_keeps_what_matters_and_all_is_no_change():
    crowd = crowd_of([5.0, 5.0])
    x = normal(9, 2)
    same = prune(crowd, x, 5)
    assert torch.equal(same.neurons, crowd.neurons)
    crowd.neurons[:, 1, -3:] = 0  # these two say nothing
    crowd.neurons[:, 3, :2] = 0
    crowd.neurons[:, 3, -3:] *= 1e-3
    few = prune(crowd, x, 3)
    assert torch.equal(few.neurons, crowd.neurons[:, [0, 2, 4]])
    assert few.size.tolist() == [3.0, 3.0]


@pytest.mark.parametrize(("call", "says"), [
    (lambda: ramp_mask(number(1.0), -1), "capacity must be >= 0, got -1"),
    (lambda: sigmoid_mask(number(1.0), 2, 0.0), "softness must be > 0, got 0.0"),
    (lambda: size_loss(number(1.0)), "give target or price"),
    (lambda: size_loss(number(1.0), target=1.0, price=1.0), "give target or price"),
    (lambda: size_loss(number(1.0), price=-1.0), "price must be > 0, got -1.0"),
    (lambda: open_loop_size(1, 0.5, 6.0, 0), "steps must be >= 1, got 0"),
    (lambda: size_path(0.0, 1, 0.5, 6.0), "lr must be > 0, got 0.0"),
    (lambda: size_path(0.1, -1, 0.5, 6.0), "steps must be >= 0, got -1"),
    (lambda: size_path(0.1, 1, 0.5, 6.0, betas=(1, 0)), r"betas must be in \[0, 1\)"),
    (lambda: size_gradient(X[0], X, X, X), "shapes must be"),
    (lambda: NimbleMLP(1, 1, 0), "capacity must be >= 1, got 0"),
    (lambda: NimbleMLP(1, 1, 4, start=5.0), r"start must be in \(0, capacity = 4\], got 5.0"),
    (lambda: NimbleMLP(1, 1, 4, mask="hard"), "mask must be 'ramp' or 'sigmoid', got 'hard'"),
    (lambda: NimbleMLP(1, 1, 4, clock="sun"), "clock must be 'global' or 'birth', got 'sun'"),
    (lambda: MaskController(0), "capacity must be >= 1, got 0"),
    (lambda: MaskController(1, start=1.0), r"start must be in \(0, 1\), got 1.0"),
    (lambda: MaskController(1, -1), "in_features must be >= 0, got -1"),
    (lambda: born([0], 0, 1, 4), "in_features must be >= 1, got 0"),
    (lambda: gradient(crowd_of([1.0]), X, Y, loss="hinge"), "loss must be one of"),
    (lambda: gradient(crowd_of([1.0], 1, 1), X, Y, softness=-1.0), "softness must be >= 0"),
    (lambda: prune(crowd_of([5.0]), normal(3, 2), 6), r"keep must be in \[1, 5\], got 6"),
    (lambda: train(born([0], 1, 1, 2), X, Y, steps=-1, lr=0.1), "steps must be >= 0, got -1"),
    (lambda: train(born([0], 1, 1, 2), X, Y, steps=1, lr=-0.1), "lr must be >= 0, got -0.1"),
    (lambda: train(born([0], 1, 1, 2), X, Y, steps=1, lr=0.1, clock="sun"), "clock must be"),
])
def test_refusals(call, says):
    with pytest.raises(ValueError, match=says):
        call()


# --- the toys -----------------------------------------------------------------------------------


def test_bessel_curve_is_standardised_and_solves_bessels_equation():
    x, y = bessel_curve(2001)
    assert float(y.mean()) == pytest.approx(0, abs=1e-12)
    assert float(y.std(correction=0)) == pytest.approx(1)
    t = 10 * x[:, 0] + 10
    (first,) = torch.gradient(y[:, 0], spacing=(t,))
    (second,) = torch.gradient(first, spacing=(t,))
    left = t * second + first + t * y[:, 0]  # of t y'' + y' + t (y + constant) = 0
    shift = (left / t)[20:-20]
    assert float(shift.std()) < 1e-3 < abs(float(shift.mean()))
    with pytest.raises(ValueError, match="n must be >= 2, got 1"):
        bessel_curve(1)


def test_spirals_without_noise_are_each_others_mirror():
    x, side = two_spirals(400, noise=0.0, generator=seeded())
    radius = x.norm(dim=1)
    assert float(radius.max()) <= 2
    turn = torch.atan2(x[:, 1], x[:, 0]) - math.pi * radius - math.pi * side[:, 0]
    torch.testing.assert_close(torch.cos(turn), torch.ones(400, dtype=torch.float64))
    assert side.sum() == 200
    with pytest.raises(ValueError, match="noise must be >= 0, got -1"):
        two_spirals(3, noise=-1)
