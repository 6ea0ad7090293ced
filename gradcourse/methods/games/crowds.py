"""Two crowds on a circle: densities on a grid, particles, and their mixed equilibrium."""

from collections.abc import Sequence
from math import pi, sqrt

import torch
from torch import Tensor

from gradcourse.methods.games.payoffs import Payoff

__all__ = ["MeanFieldGame", "circle_distance"]

LADDER = (1.0, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2, 0.17, 0.15, 0.135, 0.12, 0.11, 0.1, 0.09, 0.08)


class MeanFieldGame:
    """A game of two crowds on the circle with entropy, on n cells or with particles.

    mu and nu are masses of cells: (n,), sums 1. All methods leave their inputs alone.

    Args:
        payoff: K, with its factors where they are known.
        tau: temperature > 0, payoff units.
        cells: n, >= 4.
        dtype: of the grid.
        device: of the grid.

    Returns:
        The game.

    Raises:
        ValueError: unless tau > 0 and cells >= 4.

    Example:
        >>> heat = MeanFieldGame(Payoff(lambda x, y: 0 * (x + y)), tau=0.5, cells=64)
        >>> print(f"{heat.rate([1.0]).item():.3f}")  # no payoff: the heat equation, rate tau
        0.500

    Source:
        J. An, J. Lu, arXiv 2501.17122; D. Scharfetter, H. Gummel, 1969, for the cells.
    """

    def __init__(self, payoff: Payoff, tau: float, cells: int = 64,
                 dtype: torch.dtype = torch.float64, device: str | torch.device = "cpu"):
        if not tau > 0:
            raise ValueError(f"tau must be > 0, got {tau}")
        if not cells >= 4:
            raise ValueError(f"cells must be >= 4, got {cells}")
        self.payoff, self.tau, self.cells = payoff, tau, cells
        self.angles = 2 * pi * torch.arange(cells, dtype=dtype, device=device) / cells
        self.K = payoff.value(self.angles[:, None], self.angles[None, :])

    def __eq__(self, other) -> bool:
        return (type(other) is type(self) and (self.tau, self.cells) == (other.tau, other.cells)
                and torch.equal(self.K, other.K))

    __hash__ = None

    def generator(self, potential: Tensor, tau: float | None = None) -> Tensor:
        """Build the matrix A of d rho/dt = A rho in a potential, (n,) -> (n, n).

        Its columns sum to 0 and only its diagonal is negative, so that masses stay positive and
        keep their sum; exp(-potential / tau) is at rest exactly.
        """
        tau, n = tau or self.tau, self.cells
        up = (potential.roll(-1, -1) - potential) / tau  # from cell i to i + 1
        speed = tau * (n / (2 * pi)) ** 2
        right, left = speed * _bernoulli(up), speed * _bernoulli(-up)
        A = torch.diag_embed(-right - left.roll(1, -1))
        eye = torch.eye(n, dtype=potential.dtype, device=potential.device)
        return A + eye.roll(1, 0) * right[..., None, :] + eye.roll(-1, 0) * left.roll(
            1, -1)[..., None, :]

    def drift(self, mu: Tensor, nu: Tensor) -> tuple[Tensor, Tensor]:
        """Return d mu/dt, and d nu/dt over eta."""
        potential = self.K @ nu, -self.K.T @ mu
        return (self.generator(potential[0]) @ mu, self.generator(potential[1]) @ nu)  # (3.17)

    def step(self, mu: Tensor, nu: Tensor, *, dt: float, eta: float) -> tuple[Tensor, Tensor]:
        """Take one implicit step of both crowds, each in the field of the other's old place."""
        eye = torch.eye(self.cells, dtype=mu.dtype, device=mu.device)
        A, B = self.generator(self.K @ nu), self.generator(-self.K.T @ mu)
        return torch.linalg.solve(eye - dt * A, mu), torch.linalg.solve(eye - eta * dt * B, nu)

    def best_responses(self, mu: Tensor, nu: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu's best answer to nu, and nu's best answer to mu."""
        return (torch.softmax(-self.K @ nu / self.tau, -1),
                torch.softmax(self.K.T @ mu / self.tau, -1))  # (3.18)

    def gap(self, mu: Tensor, nu: Tensor) -> Tensor:
        """Return what the two could still gain by their best answers, (), >= 0, payoff units."""
        free = [self.tau * torch.logsumexp(v / self.tau, -1)
                for v in (self.K.T @ mu, -self.K @ nu)]
        return sum(free) + self.tau * sum(torch.xlogy(m, m).sum(-1) for m in (mu, nu))  # (3.19)

    def residual(self, mu: Tensor, nu: Tensor) -> float:
        """Return the largest total variation between a crowd and its best answer, in [0, 2]."""
        return max(float((m - b).abs().sum()) for m, b in zip(
            (mu, nu), self.best_responses(mu, nu), strict=True))

    def damped_gibbs(self, damping: float = 0.05, steps: int = 5000,
                     tol: float = 1e-10) -> tuple[Tensor, Tensor]:
        """Move both crowds a share of the way to their best answers until nothing changes.

        Raises:
            RuntimeError: if it does not settle; no wrong answer is returned.
        """
        mu = nu = torch.full_like(self.angles, 1 / self.cells)
        for _ in range(steps):
            a, b = self.best_responses(mu, nu)
            mu, nu = mu + damping * (a - mu), nu + damping * (b - nu)
        left = self.residual(mu, nu)
        if not left <= tol:
            raise RuntimeError(f"damped Gibbs iteration did not settle: residual {left:.2g} after "
                               f"{steps} steps of damping {damping:g}; take a smaller damping, or "
                               f"equilibrium()")
        return mu, nu

    def equilibrium(self, tol: float = 1e-11) -> tuple[Tensor, Tensor]:
        """Find the mixed equilibrium by Newton's method, coming down from high temperatures.

        Raises:
            RuntimeError: if a rung of the ladder does not converge.
        """
        warm = [t for t in LADDER if t > self.tau] + [self.tau]
        nu = torch.full_like(self.angles, 1 / self.cells)
        for tau in warm:
            nu = self._newton(nu, tau, tol)
        mu = torch.softmax(-self.K @ nu / self.tau, -1)
        return mu, nu

    def jacobian(self) -> Tensor:
        """Return the derivative of `drift` at the equilibrium, (2n, 2n)."""
        both = torch.cat(self.equilibrium())

        def field(z):
            return torch.cat(self.drift(*z.split(self.cells)))

        return torch.autograd.functional.jacobian(field, both, vectorize=True)

    def rate(self, etas: Sequence[float] | Tensor) -> Tensor:
        """Return the decay rate near the equilibrium in x's time, one for each eta."""
        J, n = self.jacobian(), self.cells
        etas = torch.as_tensor(etas, dtype=J.dtype, device=J.device)
        free = torch.linalg.qr(torch.eye(n, dtype=J.dtype, device=J.device) - 1 / n).Q[:, :-1]
        zero = torch.zeros_like(free)
        Z = torch.cat([torch.cat([free, zero], 1), torch.cat([zero, free], 1)])
        pace = torch.cat([torch.ones_like(etas)[:, None].expand(-1, n),
                          etas[:, None].expand(-1, n)], 1)
        return -torch.linalg.eigvals(Z.T @ (pace[:, :, None] * J) @ Z).real.max(-1).values

    def forces(self, x: Tensor, y: Tensor, *, chunk: int | None = None, batch: int | None = None,
               pairwise: bool = False, generator: torch.Generator | None = None,
               ) -> tuple[Tensor, Tensor]:
        """Return -mean_j K_x(x_i, y_j) and mean_i K_y(x_i, y_j) for particles, (N,) and (M,).

        With factors the means are exact and cost N + M. Without them, or if `pairwise`, all pairs
        are summed, `chunk` rows at a time or as many as stay in the cache. With `batch` both crowds
        are shuffled and cut into lots of that size, and each lot meets one of the other's.
        """
        K = self.payoff
        if batch is not None:
            return self._batched(x, y, batch, generator)
        if K.left is not None and not pairwise:
            if K.means is not None:
                gx, gy = K.means(x, y)
                return -gx, gy
            gx = _slope(lambda z: K.left(z) @ K.right(y).mean(0), x)
            return -gx, _slope(lambda z: K.right(z) @ K.left(x).mean(0), y)
        chunk = chunk or max(1, (1 << (24 if x.is_cuda else 19)) // len(y))
        parts = [self._sums(part, y) for part in x.split(chunk)]
        return torch.cat([part[0] for part in parts]) / -len(y), sum(p[1] for p in parts) / len(x)

    def particle_step(self, x: Tensor, y: Tensor, *, dt: float, eta: float,
                      generator: torch.Generator, **how) -> tuple[Tensor, Tensor]:
        """Move all particles once, with noise; `how` goes to `forces`. Angles stay in [0, 2 pi)."""
        fx, fy = self.forces(x, y, generator=generator, **how)
        kick = [torch.randn(z.shape, generator=generator, dtype=z.dtype, device=z.device)
                for z in (x, y)]
        x = kick[0].mul_(sqrt(2 * self.tau * dt)).add_(fx, alpha=dt).add_(x)  # (3.20)
        y = kick[1].mul_(sqrt(2 * self.tau * eta * dt)).add_(fy, alpha=eta * dt).add_(y)  # (3.20)
        return x.remainder_(2 * pi), y.remainder_(2 * pi)

    def histogram(self, x: Tensor) -> Tensor:
        """Count particles by cell: masses, (n,)."""
        cell = (x * (self.cells / (2 * pi))).round().long() % self.cells
        return torch.bincount(cell, minlength=self.cells).to(self.K) / len(x)

    def _batched(self, x, y, batch, generator):
        rows = -(-max(len(x), len(y)) // batch)
        i, j = (_shuffled(z, rows * batch, generator) for z in (x, y))
        sums = self._sums(x[i].view(rows, batch), y[j].view(rows, batch))
        fx, fy = torch.empty_like(x), torch.empty_like(y)
        for f, where, total in ((fx, i, sums[0]), (fy, j, sums[1])):
            f[where[: len(f)]] = total.view(-1)[: len(f)] / batch  # each particle once
        return -fx, fy

    def _sums(self, x, y):
        """Sum the slopes over all pairs of a block, or of a batch of blocks."""
        if self.payoff.sums is not None:
            return self.payoff.sums(x, y)
        x, y = x.detach().requires_grad_(), y.detach().requires_grad_()
        with torch.enable_grad():
            total = self.payoff.value(x[..., :, None], y[..., None, :]).sum()
        return torch.autograd.grad(total, (x, y))

    def _newton(self, nu: Tensor, tau: float, tol: float) -> Tensor:
        """Solve nu = softmax(K' mu / tau), mu = softmax(-K nu / tau), halving steps that fail."""
        K = self.K

        def miss(nu):
            mu = torch.softmax(-K @ nu / tau, -1)
            answer = torch.softmax(K.T @ mu / tau, -1)
            return mu, answer, nu - answer

        for _ in range(60):
            mu, answer, off = miss(nu)
            if float(off.abs().sum()) <= tol:
                return nu
            d_mu = -(mu[:, None] * (K - mu @ K)) / tau
            d_answer = (answer[:, None] * (K.T - answer @ K.T)) @ d_mu / tau
            move = torch.linalg.solve(torch.eye(len(nu), dtype=K.dtype, device=K.device)
                                      - d_answer, off)
            size = 1.0
            while miss(nu - size * move)[2].abs().sum() > off.abs().sum() and size > 1e-4:
                size /= 2
            nu = nu - size * move
        raise RuntimeError(f"Newton's method did not converge at temperature {tau:g}: residual "
                           f"{float(off.abs().sum()):.2g}")


def circle_distance(mu: Tensor, nu: Tensor) -> Tensor:
    """Compute W1 between masses on equal cells of a circle of length 2 pi.

    Args:
        mu: masses, (..., n), sums 1.
        nu: masses, (..., n), sums 1.

    Returns:
        The least mean distance that turns one into the other, (...), radians.

    Raises:
        ValueError: if the numbers of cells differ.

    Example:
        >>> a, b = torch.eye(4)[0], torch.eye(4)[3]
        >>> circle_distance(a, b)  # next to each other, over the seam
        tensor(1.5708)
    """
    if mu.shape[-1] != nu.shape[-1]:
        raise ValueError(f"as many cells in both, got {mu.shape[-1]} and {nu.shape[-1]}")
    carried = (mu - nu).cumsum(-1)
    middle = carried.median(-1, keepdim=True).values
    return (carried - middle).abs().sum(-1) * (2 * pi / mu.shape[-1])


def _bernoulli(z: Tensor) -> Tensor:
    """Return z / (exp z - 1), with its value 1 - z / 2 near 0."""
    small = z.abs() < 1e-5
    safe = torch.where(small, torch.ones_like(z), z)
    return torch.where(small, 1 - z / 2, safe / torch.expm1(safe))


def _slope(total, points: Tensor) -> Tensor:
    """Return the derivative of total(points).sum() at the points."""
    points = points.detach().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(total(points).sum(), points)[0]


def _shuffled(z: Tensor, n: int, generator) -> Tensor:
    """Draw n places in z, in a random order that begins again only when all have come."""
    order = torch.randperm(len(z), generator=generator, device=z.device)
    return order if n == len(z) else order.repeat(-(-n // len(z)))[:n]
