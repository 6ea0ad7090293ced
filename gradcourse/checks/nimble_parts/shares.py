"""Judging shares, the pull at the size, and its path: the slips that learners make."""

from math import sqrt

import torch

from gradcourse.checks.compare import close_number, same
from gradcourse.methods.nimble import ramp_mask, size_gradient
from gradcourse.methods.nimble import size_path as right_path

ALL = "you sum over all neurons: whole ones and shut ones do not change with N"
LATE = "one neuron too late: at N = 2.3 neuron 2 is opening, the third from 0"
NO_V = "v is missing: the mask multiplies v_j h_j, not h_j"
SHARE = "the share itself slipped in: the derivative of N - j along N is 1"
MEAN = "sum over the examples: the 1 / n of a mean is in r already"
QUOTIENT = "not the slope of the loss along N"


def compare_mask(call, N, H):
    """Ask for a mask, and name the usual slips."""
    numbers = torch.arange(H, dtype=torch.float64)
    gap = N - numbers
    causes = [
        ((gap - 1).clamp(0, 1), "neuron 0 opens between 0 and 1: count j from 0"),
        (gap.clamp(min=0), "a neuron cannot take part more than once: cut at 1"),
        (gap.clamp(max=1), "a neuron cannot take part less than not at all: cut at 0"),
        (gap, "nothing is cut: shares lie between 0 and 1"),
        ((gap > 0).double(), "a hard step: N would get no gradient, the last share is N - j"),
        ((gap >= 1).double(), "a hard step: N would get no gradient, the last share is N - j"),
        ((gap >= 0.5).double(), "a hard step: N would get no gradient, the last share is N - j"),
        (((gap - 0.5) / 0.5).sigmoid(), "this is the sigmoid mask (7.3): the ramp is wanted"),
        (gap.clamp(0, 1).flip(0), "back to front: neuron 0 opens first"),
    ]
    got = call("ramp_mask", N, H).value
    want = ramp_mask(torch.tensor(N, dtype=torch.float64), H)
    return same(got, want, tried=f"ramp_mask({N:.4g}, {H})", causes=causes, hint=2)


def _case(draw, H, n=7):
    return draw.normal(n, H), draw.normal(H), draw.normal(n) / n


def right_pull(N, h, v, r):
    """Give the pull at N."""
    H = len(v)
    slopes = torch.zeros(H, dtype=torch.float64)
    if 0 <= N < H:
        slopes[int(N)] = 1.0
    return float(size_gradient(slopes, h, v[:, None], r[:, None]))


def compare_pull(call, draw, N, H):
    """Ask for the pull at a size, and name the usual slips."""
    h, v, r = _case(draw, H)
    want, each = right_pull(N, h, v, r), (r @ h) * v
    causes = [(float(each.sum()), ALL)]
    if 0 <= N < H:
        j = int(N)
        causes += [(float(each[j + 1]) if j + 1 < H else 0.0, LATE), (float((r @ h)[j]), NO_V),
                   (want * (N - j), SHARE), (want / len(r), MEAN),
                   (-want, "the sign: this is the gradient, not the step against it"),
                   (float(each[: j + 1].sum()), ALL)]
    else:
        open_all = float(each.sum()) if N > 0 else 0.0
        last, first = float(each[-1]), float(each[0])
        text = "nothing is opening here: below 0 and above H the pull is 0"
        causes += [(last, text), (first, text), (open_all, ALL)]
    got = call("size_gradient", N, h.clone(), v.clone(), r.clone()).value
    return close_number(got, want, tried=f"N = {N:.3g} of {H} neurons, 7 examples", causes=causes,
                        rtol=1e-7, hint=2)


def compare_quotient(call, draw):
    """Compare with the slope of a squared loss, which the answer never sees."""
    (h, v, _), y = _case(draw, 5), draw.normal(7)
    N = draw.integer(1, 3) + draw.uniform(0.3, 0.7)

    def out(size):
        return h @ (ramp_mask(torch.tensor(size, dtype=torch.float64), 5) * v)

    r = 2 * (out(N) - y) / 7
    high, low = (float(((out(N + e) - y) ** 2).mean()) for e in (0.1, -0.1))
    j, each = int(N), (r @ h) * v
    causes = [(float(each.sum()), ALL), (float(each[j + 1]), LATE), (float((r @ h)[j]), NO_V),
              (float(each[j]) * (N - j), SHARE), (float(each[j]) / 7, MEAN)]
    got = call("size_gradient", N, h.clone(), v.clone(), r.clone()).value
    return close_number(got, (high - low) / 0.2, tried=f"N = {N:.3g}, a squared loss",
                        causes=causes, rtol=1e-6, hint=2, otherwise=QUOTIENT)


def listed(value):
    """Take a path as one tensor, whatever numbers it came as; anything else as it is."""
    if isinstance(value, (list, tuple)):
        single = [v.item() if isinstance(v, torch.Tensor) and v.numel() == 1 else v for v in value]
        if all(isinstance(v, (int, float)) for v in single):
            return torch.tensor(single, dtype=torch.float64)
    return value


def _slip(lr, steps, start, target, betas, step):
    (b1, b2), N, M, V, path = betas, start, 0.0, 0.0, [start]
    for k in range(1, steps + 1):
        g = 2 * (N - target)
        M, V = b1 * M + (1 - b1) * g, b2 * V + (1 - b2) * g * g
        N = N - lr * step(g, M, V, b1, b2, k)
        path.append(N)
    return path


SLIPS = (
    (lambda g, M, V, b1, b2, k: g / abs(g), "a straight line: the root of V remembers the large "
     "early gradients, so N slows down"),
    (lambda g, M, V, b1, b2, k: M / sqrt(V), "no bias correction: both averages begin at zero"),
    (lambda g, M, V, b1, b2, k: M / (1 - b1**k) / sqrt(V), "V has no bias correction"),
    (lambda g, M, V, b1, b2, k: M / sqrt(V / (1 - b2**k)), "M has no bias correction"),
    (lambda g, M, V, b1, b2, k: -(M / (1 - b1**k)) / sqrt(V / (1 - b2**k)),
     "the wrong way: the size runs from its target"),
    (lambda g, M, V, b1, b2, k: M / (1 - b1**k) / (V / (1 - b2**k)), "the root of V is missing"),
    (lambda g, M, V, b1, b2, k: g, "this is plain descent: Adam divides by the root of V"),
    (lambda g, M, V, b1, b2, k: g / sqrt(V / (1 - b2**k)), "g in place of its average M"),
)


def path_slips(lr, steps, start, target, betas=(0.9, 0.999)):
    """Return the right path, and what the usual slips make of it."""
    want = right_path(lr, steps, start, target, betas=betas)
    causes = [(want[1:], "the path begins with the start itself: steps + 1 numbers"),
              (want[:-1], "one step short: the last point is missing")]
    if betas != (0.9, 0.999):
        causes.append((right_path(lr, steps, start, target), "betas are ignored"))
    causes += [(_slip(lr, steps, start, target, betas, step), text) for step, text in SLIPS]
    return listed(want), [(listed(path), text) for path, text in causes]
