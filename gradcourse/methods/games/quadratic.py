"""Quadratic games: everything about them is an eigenvalue."""

from math import inf, log, sqrt

import torch
from torch import Tensor

__all__ = ["QuadraticGame", "best_ratio", "largest_ratio"]


class QuadraticGame:
    """The game K(x, y) = x'Qx / 2 + x'Py - y'Ry / 2, with equilibrium 0.

    Args:
        Q: x's own friction, (n, n), symmetric, no negative eigenvalue.
        P: the coupling, (n, m).
        R: y's own friction, (m, m), symmetric, no negative eigenvalue.

    Returns:
        The game.

    Raises:
        ValueError: if the shapes do not fit, or Q or R is not symmetric.

    Example:
        >>> game = QuadraticGame.scalar(p=1.0, r=1.0)
        >>> print(f"{game.rate(1.0).item():.3f} {game.rate(4.0).item():.3f}")
        0.500 2.000

    Source:
        J. An, J. Lu, arXiv 2501.17122.
    """

    def __init__(self, Q: Tensor, P: Tensor, R: Tensor):
        n, m = P.shape
        if Q.shape != (n, n) or R.shape != (m, m):
            raise ValueError(f"P is {(n, m)}, so Q must be {(n, n)} and R {(m, m)}, "
                             f"got {tuple(Q.shape)} and {tuple(R.shape)}")
        for name, part in (("Q", Q), ("R", R)):
            if not torch.allclose(part, part.T):
                raise ValueError(f"{name} must be symmetric")
        self.Q, self.P, self.R = Q, P, R

    def __eq__(self, other) -> bool:
        return type(other) is type(self) and all(
            torch.equal(a, b) for a, b in zip(self.parts, other.parts, strict=True))

    __hash__ = None

    @classmethod
    def scalar(cls, p: float, r: float, q: float = 0.0) -> "QuadraticGame":
        """Build the game of one number each, in float64."""
        return cls(*(torch.tensor([[v]], dtype=torch.float64) for v in (q, p, r)))

    @property
    def parts(self) -> tuple[Tensor, Tensor, Tensor]:
        """Q, P and R."""
        return self.Q, self.P, self.R

    def in_units(self, c: float) -> "QuadraticGame":
        """Measure y in units c times as large: y = c u."""
        return QuadraticGame(self.Q, c * self.P, c**2 * self.R)  # (3.12)

    def value(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the payoff, (..., n) and (..., m) -> (...)."""
        own = ((x @ self.Q) * x).sum(-1) - ((y @ self.R) * y).sum(-1)
        return own / 2 + ((x @ self.P) * y).sum(-1)

    def grad(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return K_x and K_y, shaped like x and y."""
        return x @ self.Q + y @ self.P.T, x @ self.P - y @ self.R

    def matrix(self, eta: float | Tensor) -> Tensor:
        """Return M of dz/dt = -M z, (*eta, n + m, n + m)."""
        eta = torch.as_tensor(eta, dtype=self.P.dtype, device=self.P.device)[..., None, None]
        top = torch.cat([self.Q, self.P], -1).expand(*eta.shape[:-2], -1, -1)
        low = eta * torch.cat([-self.P.T, self.R], -1)  # (3.1)
        return torch.cat([top, low], -2)  # (3.3)

    def flow(self, x: Tensor, y: Tensor, times: Tensor, eta: float) -> tuple[Tensor, Tensor]:
        """Follow the flow exactly from (x, y): positions at the times, (T, n) and (T, m)."""
        path = torch.linalg.matrix_exp(-times[:, None, None] * self.matrix(eta))
        path = path @ torch.cat([x, y], -1)
        return path[:, : len(x)], path[:, len(x):]

    def walk(self, x: Tensor, y: Tensor, steps: int, *, h: float, eta: float
             ) -> tuple[Tensor, Tensor]:
        """Take simultaneous steps from many starts at once, (*S, n) and (*S, m), each one product.

        Returns both paths, (steps + 1, *S, n) and (steps + 1, *S, m): the numbers of `play`, which
        takes any game and stops where a number is not finite.
        """
        n, z = x.shape[-1], torch.cat([x, y], -1)
        step = (torch.eye(z.shape[-1], dtype=z.dtype, device=z.device) - h * self.matrix(eta)).T
        path = z.new_empty(steps + 1, *z.shape)
        path[0] = z
        for k in range(steps):
            torch.matmul(path[k], step, out=path[k + 1])  # (3.2)
        return path[..., :n], path[..., n:]

    def spectrum(self, eta: float | Tensor) -> Tensor:
        """Return the eigenvalues of M, (*eta, n + m), complex."""
        return torch.linalg.eigvals(self.matrix(eta))

    def rate(self, eta: float | Tensor) -> Tensor:
        """Return how fast the distance decays in x's time, (*eta,): exp(-rate t)."""
        return self.spectrum(eta).real.min(-1).values  # (3.4)

    def slow_limit(self) -> Tensor:
        """Return the limit of rate / eta as y becomes infinitely slow; Q must be positive."""
        return _least(self.R + self.P.T @ _solve(self.Q, self.P, "Q"))  # (3.8)

    def fast_limit(self) -> Tensor:
        """Return the limit of the rate as y becomes infinitely fast; R must be positive."""
        return _least(self.Q + self.P @ _solve(self.R, self.P.T, "R"))  # (3.9)

    def frictionless_slow_limit(self) -> Tensor:
        """Return the limit of rate / eta as eta -> 0 when Q = 0.

        P must have trivial null spaces and distinct singular values.
        """
        if self.Q.any():
            raise ValueError("Q must be 0; with Q > 0 ask slow_limit")
        v = torch.linalg.svd(self.P).Vh
        return ((v @ self.R) * v).sum(-1).min() / 2

    def energy(self, x: Tensor, y: Tensor, eta: float, eps: float) -> Tensor:
        """Return the energy with its cross term, (...)."""
        own = (x**2).sum(-1) / 2 + (y**2).sum(-1) / (2 * eta)
        return own - eps * ((x @ self.P) * y).sum(-1)  # (3.5)

    def energy_slope(self, x: Tensor, y: Tensor, eta: float, eps: float) -> Tensor:
        """Return the energy's derivative along the flow, (...), term by term."""
        Py, Px, Ry = y @ self.P.T, x @ self.P, y @ self.R
        own = -((x @ self.Q) * x).sum(-1) - (y * Ry).sum(-1)
        cross = (Py**2).sum(-1) - eta * (Px**2).sum(-1)
        rest = eta * (Px * Ry).sum(-1) + ((x @ self.Q) * Py).sum(-1)
        return own + eps * (cross + rest)  # (3.6)

    def largest_eps(self, eta: float | Tensor) -> Tensor:
        """Return the border of eps below which the energy is positive, (*eta,)."""
        eta = torch.as_tensor(eta, dtype=self.P.dtype, device=self.P.device)
        return 1 / (torch.linalg.matrix_norm(self.P, 2) * eta.sqrt())

    def certified(self, eta: float, eps: float | Tensor) -> Tensor:
        """Return the rate that the energy proves, (*eps,); eps below `largest_eps`."""
        eps = torch.as_tensor(eps, dtype=self.P.dtype, device=self.P.device)[..., None, None]
        if not (eps.abs() < self.largest_eps(eta)).all():
            raise ValueError(f"eps must be below {float(self.largest_eps(eta)):.3g}, or the energy "
                             f"is not positive; got {float(eps.abs().max()):.3g}")
        n, m = self.P.shape
        eye = torch.eye(n + m, dtype=self.P.dtype, device=self.P.device)
        units = torch.cat([eye[0].new_ones(n), eye[0].new_full((m,), 1 / eta)]).diag()
        off = torch.zeros_like(eye)
        off[:n, n:], off[n:, :n] = self.P, self.P.T
        H, M = units - eps * off, self.matrix(eta)
        half = torch.linalg.solve_triangular(torch.linalg.cholesky(H), eye, upper=False)
        S = half @ (H @ M + M.T @ H) @ half.mT
        return torch.linalg.eigvalsh((S + S.mT) / 2)[..., 0] / 2  # (3.7)

    def best_certificate(self, eta: float) -> tuple[Tensor, Tensor]:
        """Return the largest rate that any eps proves, and that eps."""
        top = self.largest_eps(eta)
        tried = top * torch.logspace(-6, -1e-6, 121, dtype=top.dtype, device=top.device)
        for _ in range(2):  # the proved rate has one peak in eps: look closer around it
            found = self.certified(eta, tried)
            i = int(found.argmax())
            low, high = tried[max(i - 1, 0)], tried[min(i + 1, len(tried) - 1)]
            tried = torch.linspace(0, 1, 61, dtype=top.dtype, device=top.device)
            tried = low + (high - low) * tried
        found = self.certified(eta, tried)
        return found.max(), tried[found.argmax()]

    def factor(self, h: float | Tensor, eta: float | Tensor) -> Tensor:
        """Return the asymptotic factor of the distance per simultaneous step."""
        h = torch.as_tensor(h, dtype=self.P.dtype, device=self.P.device)
        return (1 - h[..., None] * self.spectrum(eta)).abs().max(-1).values

    def growth(self, h: float, eta: float) -> Tensor:
        """Return the factors per simultaneous step when nothing rubs (Q = R = 0), (min(n, m),).

        They hold for the length sqrt(|x|^2 + |y|^2 / eta), exactly and from the first step.
        """
        if self.Q.any() or self.R.any():
            raise ValueError("Q and R must be 0")
        return (1 + h**2 * eta * torch.linalg.svdvals(self.P) ** 2).sqrt()  # (3.16)

    def best_step(self, eta: float | Tensor) -> tuple[Tensor, Tensor]:
        """Return the step h with the smallest factor, and that factor, (*eta,) each.

        The factor is a maximum of convex functions of h, so a golden-section search finds it.
        """
        spectrum = self.spectrum(eta)
        limit = (2 * spectrum.real / spectrum.abs() ** 2).min(-1).values.clamp(min=0)
        low, high, golden = torch.zeros_like(limit), limit, (sqrt(5) - 1) / 2

        def factor(h):
            return (1 - h[..., None] * spectrum).abs().max(-1).values

        for _ in range(80):
            a, b = high - golden * (high - low), low + golden * (high - low)
            left = factor(a) < factor(b)
            low, high = torch.where(left, low, a), torch.where(left, b, high)
        return (low + high) / 2, factor((low + high) / 2)

    def iterations(self, eta: float | Tensor, shrink: float = 1e-6) -> Tensor:
        """Return how many simultaneous steps, each of the best h, shrink the distance so far."""
        return log(shrink) / self.best_step(eta)[1].log()


def best_ratio(p: float, r: float) -> float:
    """Give the ratio with the fastest decay in the game K = p x y - r y^2 / 2.

    Args:
        p: coupling, not 0.
        r: y's friction, > 0.

    Returns:
        eta; the rate there is 2 p^2 / r, twice what an infinitely fast y gives.

    Raises:
        ValueError: unless p is not 0 and r > 0.

    Example:
        >>> best_ratio(1.0, 1.0)
        4.0
    """
    if p == 0:
        raise ValueError("p must not be 0: without coupling x never moves")
    if not r > 0:
        raise ValueError(f"r must be > 0, got {r}")
    return 4 * p**2 / r**2  # (3.10)


def largest_ratio(p: float, r: float, h: float) -> float:
    """Give the ratio from which simultaneous steps of K = p x y - r y^2 / 2 no longer settle.

    Args:
        p: coupling, not 0.
        r: y's friction, >= 0.
        h: x's step, > 0.

    Returns:
        The border of eta; 0 where no ratio settles, which is where h >= r / p^2.

    Raises:
        ValueError: unless p is not 0, r >= 0 and h > 0.

    Example:
        >>> largest_ratio(1.0, 1.0, 1.0), largest_ratio(1.0, 1.0, 0.5)
        (0.0, 5.333333333333333)
    """
    if p == 0 or not r >= 0 or not h > 0:
        raise ValueError(f"p must not be 0, r >= 0 and h > 0, got {p}, {r}, {h}")
    if h * p**2 >= r:
        return 0.0
    settles = 4 / (h * (2 * r - h * p**2))  # (3.11)
    return settles if settles < inf else inf


def _solve(matrix: Tensor, right: Tensor, name: str) -> Tensor:
    least = _least(matrix)
    if not least > 1e-12 * torch.linalg.matrix_norm(matrix, 2):
        raise ValueError(f"{name} must be positive definite, its least eigenvalue is "
                         f"{float(least):.3g}")
    return torch.linalg.solve(matrix, right)


def _least(matrix: Tensor) -> Tensor:
    return torch.linalg.eigvalsh((matrix + matrix.T) / 2)[0]
