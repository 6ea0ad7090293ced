"""The truth by quadrature: masses, flattened densities, fixed points and laws, without a sample."""

import torch
from torch import Tensor

from gradcourse.methods.contour.partition import bin_of, place

__all__ = ["bin_masses", "flattened", "mean_field", "published_fixed_point", "sample_share"]


def bin_masses(p: Tensor, u: Tensor, *, u0: float, du: float, m: int) -> Tensor:
    """Sum a target's probability over each energy bin.

    Args:
        p: probabilities of the points of a grid, (...), summing to one.
        u: their energies, (...), energy units.
        u0: lower edge of bin 0.
        du: width of a bin > 0.
        m: number of bins >= 1.

    Returns:
        theta*, (m,), summing to one; dtype and device of p.

    Raises:
        ValueError: unless p and u have one shape, du > 0 and m >= 1.

    Example:
        >>> p, u = torch.tensor([0.2, 0.5, 0.3]), torch.tensor([0.1, 0.2, 1.7])
        >>> bin_masses(p, u, u0=0.0, du=1.0, m=2)
        tensor([0.7000, 0.3000])
    """
    _check_grid(p, u)
    J = bin_of(u, u0=u0, du=du, m=m).flatten()
    return torch.zeros(m, dtype=p.dtype, device=p.device).index_add_(0, J, p.flatten())  # (4.2)


def flattened(p: Tensor, log_psi: Tensor, zeta: float) -> Tensor:
    """Divide a target by Psi^zeta and make it sum to one again.

    Args:
        p: probabilities of the points of a grid, (...).
        log_psi: log Psi(U) there, (...), nats.
        zeta: how flat, >= 0.

    Returns:
        The flattened probabilities, (...); dtype and device of p.

    Raises:
        ValueError: unless p and log_psi have one shape and zeta >= 0.

    Example:
        >>> flattened(torch.tensor([0.8, 0.2]), torch.tensor([0.8, 0.2]).log(), 1.0)
        tensor([0.5000, 0.5000])
    """
    _check_grid(p, log_psi)
    if not zeta >= 0:
        raise ValueError(f"zeta must be >= 0, got {zeta}")
    log_q = torch.where(p > 0, p.log() - zeta * log_psi, -torch.inf)  # (4.3)
    return log_q.flatten().softmax(0).reshape(p.shape)


def sample_share(p: Tensor, q: Tensor) -> Tensor:
    """Predict which share of independent samples of q counts, once weighed to speak for p.

    Args:
        p: target probabilities, (...).
        q: sampled probabilities, (...), > 0 where p is.

    Returns:
        The share, in (0, 1], a 0-d tensor; dtype and device of p.

    Raises:
        ValueError: unless p and q have one shape.

    Example:
        >>> sample_share(torch.tensor([0.8, 0.2]), torch.tensor([0.5, 0.5]))  # 1 / 1.36
        tensor(0.7353)
    """
    _check_grid(p, q)
    return 1 / torch.where(p > 0, p * (p / q), torch.zeros_like(p)).sum()  # (4.13)


def published_fixed_point(
    p: Tensor, u: Tensor, *, zeta: float, u0: float, du: float, m: int
) -> Tensor:
    """Find the masses at which the published update stands still: one root a bin.

    With a_i = log theta(i) up to a constant and d = a_i - a_{i-1}, stationarity reads
    d - log E_i[exp(zeta (1 - s) d)] = log theta*(i) - a_{i-1}. Its left side grows with d as long
    as zeta <= 1, so the root is the only one; bin after bin it gives the whole row.

    Args:
        p: probabilities of the points of a grid, (G,), summing to one.
        u: their energies, (G,), energy units.
        zeta: how flat, in [0, 1].
        u0: lower edge of bin 0, at or below the lowest energy.
        du: width of a bin > 0.
        m: number of bins >= 1.

    Returns:
        theta, (m,), summing to one; 0 in bins without mass; dtype and device of p.

    Raises:
        ValueError: unless 0 <= zeta <= 1, and as `bin_masses`.

    Accuracy:
        To the last digits on the grid given: the mean field of the update is then below 1e-12.
        At zeta = 1 with narrow bins a root may be so large that the grid itself decides it.

    Example:
        >>> p, u = torch.tensor([0.5, 0.5]), torch.tensor([0.5, 1.999])
        >>> published_fixed_point(p, u, zeta=1.0, u0=0.0, du=1.0, m=2)  # at an edge Psi is theta
        tensor([0.5000, 0.5000])
    """
    if not 0 <= zeta <= 1:
        raise ValueError(f"zeta must be in [0, 1], got {zeta}")
    order = u.argsort()
    u, p = u[order], p[order]
    theta, J, t = bin_masses(p, u, u0=u0, du=du, m=m), bin_of(u, u0=u0, du=du, m=m), (u - u0) / du
    below = torch.where(t < m, (J + 1 - t).clamp(0, 1), torch.zeros_like(p))
    ends = torch.searchsorted(J, torch.arange(m + 1, device=J.device)).tolist()
    a = theta.log()
    for i in range(1, m):
        inside = slice(ends[i], ends[i + 1])
        if theta[i] > 0 and a[i - 1] > -torch.inf:
            share, s = p[inside] / theta[i], zeta * below[inside]
            a[i] = a[i - 1] + _root(share, s, a[i] - a[i - 1])  # (4.14)
    return a.softmax(0)


def mean_field(
    p: Tensor, u: Tensor, theta: Tensor, *, zeta: float, u0: float, du: float,
    interpolate: bool = True,
) -> Tensor:
    """Average the update of the masses over the density that these masses flatten.

    Args:
        p: probabilities of the points of a grid, (...), summing to one.
        u: their energies, (...), energy units.
        theta: masses, (m,), summing to one.
        zeta: how flat, >= 0.
        u0: lower edge of bin 0.
        du: width of a bin > 0.
        interpolate: False for the published weight.

    Returns:
        The mean of w (1_J - theta), (m,), summing to zero; dtype and device of theta.

    Raises:
        ValueError: unless p and u have one shape, zeta >= 0 and du > 0.

    Example:
        >>> p, u = torch.tensor([0.5, 0.5]), torch.tensor([0.5, 1.999])
        >>> mean_field(p, u, torch.tensor([0.5, 0.5]), zeta=1.0, u0=0.0, du=1.0)
        tensor([0., 0.])
    """
    at = place(theta.log(), u, u0=u0, du=du)
    log_psi = at.top - at.below * at.rise
    q = flattened(p, log_psi, zeta)
    w = (zeta * (log_psi if interpolate else at.top)).exp() * q
    here = torch.zeros_like(theta).index_add_(0, at.J.flatten(), w.flatten())
    return here - theta * w.sum()


def _root(share: Tensor, s: Tensor, want: Tensor, most: int = 200) -> Tensor:
    """Solve d - log sum share exp(s d) = want by Newton: the left side is concave and grows."""
    d = want
    for _ in range(most):
        logs = share.log() + s * d
        top = torch.logsumexp(logs, 0)
        move = (want - d + top) / (1 - ((logs - top).exp() * s).sum())
        d = d + move
        if move.abs() <= 1e-14 * (1 + d.abs()):
            break
    return d


def _check_grid(p: Tensor, u: Tensor) -> None:
    if p.shape != u.shape:
        raise ValueError(f"both must have one shape, got {tuple(p.shape)} and {tuple(u.shape)}")
