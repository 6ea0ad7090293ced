"""Exact expectations on a bowl f(x) = 1/2 sum_i h_i x_i^2 with independent noise: no seeds needed.

Noise is the standard deviation of one coordinate of a gradient; the total variance sigma^2 of the
theorems is its square summed over coordinates. Every expected height is a bias, the height of the
mean, plus a variance, the mean height around it. The lowest point is x = 0, of height 0.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gradcourse.methods.multistage.rivals import tail_length
from gradcourse.methods.multistage.steps import momentum

__all__ = ["expected_average", "expected_gap", "expected_run", "floor"]


def floor(curvatures: Tensor, lr: float, mu: float, noise: float | Tensor) -> Tensor:
    """Compute the height that a fixed step keeps for ever, however long it runs.

    For small steps it tends to sigma^2 sqrt(lr / mu) / 8, whatever the curvatures.

    Args:
        curvatures: the h_i, (d,), in (0, 1 / lr], gradient/parameter units.
        lr: step size > 0, parameter/gradient units.
        mu: the curvature that sets the momentum, in (0, 1 / lr].
        noise: standard deviation per coordinate, >= 0, gradient units; a number or (d,).

    Returns:
        The expected height above the minimum, (), in units of f; dtype and device of curvatures.

    Raises:
        ValueError: unless 0 < h_i <= 1 / lr, mu > 0, lr * mu <= 1 and noise >= 0.

    Example:
        >>> floor(torch.ones(2), 1.0, 1.0, 0.5)  # each step lands one noise away: 2 * 0.25 / 2
        tensor(0.2500)
    """
    _check(curvatures, lr, noise)
    return (curvatures * _settled(curvatures, lr, mu, noise)[0]).sum(-1) / 2


def expected_gap(
    curvatures: Tensor, x0: Tensor, noise: float | Tensor, stages: Sequence[tuple[float, int]],
    mu: float, *, counts: Sequence[int] | Tensor, restarts: bool = True,
) -> tuple[Tensor, Tensor]:
    """Compute the expected height of the staged method after any numbers of gradients.

    Args:
        curvatures: the h_i, (d,), in (0, 1 / lr] for every lr, gradient/parameter units.
        x0: the start, (d,), parameter units, seen from the lowest point.
        noise: standard deviation per coordinate, >= 0, gradient units; a number or (d,).
        stages: (lr, steps) of each; one pair is the fixed step.
        mu: the curvature that sets the momentum, as in `step`; smaller h_i are allowed.
        counts: numbers of gradients, (K,), each from 0 to the sum of the stages.
        restarts: forget the last move at a switch; False shows what that is for.

    Returns:
        Bias and variance, (K,) each, in units of f; their sum is E f(x_n) - f*. Dtype and device of
        curvatures.

    Raises:
        ValueError: unless 0 < h_i <= 1 / lr, noise >= 0, and every count is within the stages.

    Accuracy:
        In float64 nine digits of the loop that steps one by one. Time and memory grow with K and
        the number of stages, not with the number of steps.

    Example:
        >>> one = torch.ones(1)  # curvature 1, lr 1/2: x halves, and 1/4 of the noise is added
        >>> expected_gap(one, one, 2.0, [(0.5, 3)], 2.0, counts=[0, 1, 2])
        (tensor([0.5000, 0.1250, 0.0312]), tensor([0.0000, 0.5000, 0.6250]))

    Differs from the source:
        The source bounds this; (1.12) is its exact value. It uses no power of the map between
        covariances, which loses all digits beside the double root at h = mu.
    """
    h, counts = curvatures, torch.as_tensor(counts).tolist()
    bias, variance = (h.new_zeros(len(counts)) for _ in range(2))
    _check_counts(counts, sum(steps for _, steps in stages))
    mean, cov, used = (x0, x0), (torch.zeros_like(x0 * h),) * 3, 0
    for lr, steps in stages:
        _check(h, lr, noise)
        here = [i for i, n in enumerate(counts) if used <= n <= used + steps]
        k = [counts[i] - used for i in here] + [steps, max(steps - 1, 0)]
        m, c, cross = _within(h, k, lr, mu, noise, mean, cov)
        bias[here] = (h * m[:-2] ** 2).sum(-1) / 2
        variance[here] = (h * c[:-2]).sum(-1) / 2
        if steps:
            mean, cov, used = (m[-2], m[-1]), (c[-2], cross, c[-1]), used + steps
        if restarts:
            mean, cov = (mean[0],) * 2, (cov[0],) * 3  # (1.6)
    return bias, variance


def expected_average(
    curvatures: Tensor, x0: Tensor, noise: float | Tensor, lr: float, *,
    counts: Sequence[int] | Tensor, share: float | None = 0.5,
) -> tuple[Tensor, Tensor]:
    """Compute the expected height of plain gradient descent with a tail average.

    Args:
        curvatures: the h_i, (d,), in (0, 1 / lr], gradient/parameter units.
        x0: the start, (d,), parameter units, seen from the lowest point.
        noise: standard deviation per coordinate, >= 0, gradient units; a number or (d,).
        lr: the fixed step size > 0, parameter/gradient units.
        counts: numbers of gradients, (K,), each >= 0.
        share: part of the steps that is averaged, as in `tail_average`; None for the last point.

    Returns:
        Bias and variance, (K,) each, in units of f; dtype and device of curvatures.

    Raises:
        ValueError: unless 0 < h_i <= 1 / lr, noise >= 0, counts >= 0 and share is in (0, 1].

    Example:
        >>> one = torch.ones(1)
        >>> expected_average(one, one, 2.0, 0.5, counts=[2], share=None)
        (tensor([0.0312]), tensor([0.6250]))
    """
    h, counts = curvatures, torch.as_tensor(counts).tolist()
    _check(h, lr, noise)
    _check_counts(counts)
    lengths = [1 if share is None else tail_length(n, share) for n in counts]
    w = h.new_tensor(lengths)[:, None]
    m = h.new_tensor(counts)[:, None].sub(w).clamp(min=0)  # steps before the tail
    r, u = 1 - lr * h, lr * h
    carried = r * (1 - r**w) / (w * u)  # what the tail's mean keeps of x_m
    carried = torch.where(h.new_tensor(counts)[:, None] == 0, 1.0, carried)
    before = lr * noise**2 * (1 - r ** (2 * m)) / (h * (2 - u))
    within = w - 2 * r * (1 - r**w) / u + r**2 * (1 - r ** (2 * w)) / (u * (2 - u))
    within = torch.where(h.new_tensor(counts)[:, None] == 0, 0.0, within)
    variance = carried**2 * before + within * (noise / (w * h)) ** 2
    return (h * (carried * r**m * x0) ** 2).sum(-1) / 2, (h * variance).sum(-1) / 2


def expected_run(
    step: Callable, curvatures: Tensor, start: tuple, noise: float | Tensor, *,
    counts: Sequence[int] | Tensor,
) -> tuple[Tensor, Tensor]:
    """Compute the expected height of any linear method, step by step, from its own code.

    The step is taken from each unit state and with a unit of noise, which reads off its matrix.

    Args:
        step: step(state, grad, k) -> state; it asks grad once, and k counts from 0.
        curvatures: the h_i, (d,), gradient/parameter units.
        start: a state of tensors (d,); the first is the point whose height counts.
        noise: standard deviation per coordinate, >= 0, gradient units; a number or (d,).
        counts: numbers of gradients, (K,), each >= 0.

    Returns:
        Bias and variance, (K,) each, in units of f; dtype and device of curvatures.

    Raises:
        ValueError: if a count or the noise is below 0.

    Example:
        >>> one = torch.ones(1)
        >>> halve = lambda state, grad, k: (state[0] - 0.5 * grad(state[0]),)
        >>> expected_run(halve, one, (one,), 2.0, counts=[2])
        (tensor([0.0312]), tensor([0.6250]))
    """
    h, counts = curvatures, torch.as_tensor(counts).tolist()
    _check_counts(counts)
    make, fields = getattr(type(start), "_make", tuple), len(start)
    units = torch.eye(fields + 1, fields, dtype=h.dtype, device=h.device)
    units = units[..., None].expand(-1, -1, len(h))  # (case, field, d); the last case is noise
    push = torch.eye(fields + 1, dtype=h.dtype, device=h.device)[-1, :, None]
    mean, cov = torch.stack(tuple(start), -1), h.new_zeros(len(h), fields, fields)
    seen = {}
    for k in range(max(counts, default=0) + 1):
        seen[k] = ((h * mean[:, 0] ** 2).sum() / 2, (h * cov[:, 0, 0]).sum() / 2)
        out = torch.stack(tuple(step(make(units.unbind(1)), lambda y: h * y + push, k)), -1)
        M, kick = out[:-1].permute(1, 2, 0), (out[-1].T * noise).T  # (d, F, F) and (d, F)
        mean = (M @ mean[..., None])[..., 0]
        cov = M @ cov @ M.mT + kick[:, :, None] * kick[:, None, :]
    return tuple(torch.stack([seen[n][i] for n in counts]) for i in range(2))


def _settled(h, lr, mu, noise):
    """Return the variance of x_k after very many steps, and its covariance with x_{k-1}."""
    beta = momentum(lr, mu)
    A = (1 + beta) * (1 - lr * h)  # (1.10)
    C = -beta * (1 - lr * h)  # (1.10)
    # (1 - C)^2 - A^2 = (1 - C - A) (1 - C + A), and 1 - C - A = lr h without cancellation.
    S = lr**2 * noise**2 * (1 - C) / ((1 + C) * lr * h * (1 - C + A))  # (1.11)
    return S, S * A / (1 - C)


def _within(h, k, lr, mu, noise, mean, cov):
    """Follow mean and variance k steps into a stage; also cov(x_k, x_{k-1}) for its last steps."""
    k = h.new_tensor(k)[:, None]
    C = -momentum(lr, mu) * (1 - lr * h)  # (1.10)
    row = _memory(h, k + 1, lr, mu), C * _memory(h, k, lr, mu)  # upper row of M^k
    S, S1 = _settled(h, lr, mu, noise)
    D = cov[0] - S, cov[1] - S1, cov[2] - S

    def spread(a, b):
        return a[0] * b[0] * D[0] + (a[0] * b[1] + a[1] * b[0]) * D[1] + a[1] * b[1] * D[2]

    c = S + spread(row, row)  # (1.12)
    cross = S1 + spread([r[-2] for r in row], [r[-1] for r in row])  # (1.12)
    return row[0] * mean[0] + row[1] * mean[1], c, cross


def _memory(h, k, lr, mu):
    """Return p_k of p_{k+1} = A p_k + C p_{k-1}, p_0 = 0, p_1 = 1, without losing digits.

    The roots are r exp(+-i t) with r^2 = -C and tan^2 t = lr (h - mu) / (1 - lr h), so that
    p_k = r^{k-1} sin(k t) / sin t. For h < mu they are real: z and (1 - d) z, and
    p_k = z^{k-1} (1 - (1 - d)^k) / d.
    """
    beta = momentum(lr, mu)
    tail, lead = (1 - lr * h).clamp(min=0).sqrt(), (lr * (h - mu)).abs().sqrt()
    t, power = torch.atan2(lead, tail), (k - 1).clamp(min=0)
    p = (beta**0.5 * tail) ** power * torch.where(t > 0, (k * t).sin() / t.sin(), k)
    if (h < mu).any():
        z, d = (1 + beta) / 2 * tail * (tail + lead), 2 * lead / (tail + lead)
        slide = -torch.expm1(torch.special.xlog1py(k, -d)) / d
        p = torch.where(h < mu, z**power * slide, p)
    return p


def _check(h, lr, noise):
    if not (h > 0).all():
        raise ValueError(f"curvatures must be > 0, got {float(h.min())}")
    if lr * float(h.max()) > 1 + 1e-6:
        raise ValueError(f"lr must be <= 1 / L = {1 / float(h.max())}, got {lr}")
    _check_noise(noise)


def _check_noise(noise):
    if not (torch.as_tensor(noise) >= 0).all():
        raise ValueError(f"noise must be >= 0, got {noise}")


def _check_counts(counts, most=float("inf")):
    for n in counts:
        if not 0 <= n <= most:
            raise ValueError(f"counts must be in [0, {most}], got {n}")
