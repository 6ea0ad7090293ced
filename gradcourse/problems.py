"""Objectives with known answers, and the noise that hides their gradients.

An objective has `.value(x)` and `.grad(x)`, and `.mu`, `.L` and `.kappa` for the ends of its
curvatures and their ratio. The lowest point of the bowls is x = 0, of height 0; `Logistic` finds
its own. Device and dtype follow x.
"""

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from math import pi

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

__all__ = ["Kinked", "Logistic", "Mixture", "MomentGame", "Quadratic", "Ripples", "Switches",
           "TwoCentres", "additive_noise", "bessel_curve", "bowl", "bumps", "coupled_game",
           "cycle_laplacian", "minibatches", "pareto_from_uniform", "pareto_noise", "spectrum",
           "student_noise", "two_spirals"]


class Quadratic:
    """A bowl whose axes are the coordinates: f(x) = 1/2 sum_i h_i x_i^2.

    Args:
        curvatures: the h_i, (d,), all > 0, gradient/parameter units; plain numbers become float64.

    Raises:
        ValueError: unless curvatures are one row of finite numbers > 0.

    Example:
        >>> f = Quadratic([1.0, 4.0])
        >>> x = torch.tensor([2.0, 1.0])
        >>> f.value(x), f.grad(x)
        (tensor(4.), tensor([2., 4.]))
        >>> f.mu, f.L, f.kappa
        (1.0, 4.0, 4.0)
    """

    def __init__(self, curvatures: Tensor | Sequence[float]):
        h = curvatures
        h = h if torch.is_tensor(h) else torch.tensor(h, dtype=torch.float64)
        if h.ndim != 1 or not len(h) or not ((h > 0) & h.isfinite()).all():
            raise ValueError(f"curvatures must be one row of finite numbers > 0, got {h.tolist()}")
        self.curvatures = h  # h_i, (d,), gradient/parameter units
        self.mu, self.L = float(h.min()), float(h.max())
        self.kappa = self.L / self.mu

    def __repr__(self) -> str:
        return f"Quadratic({self.curvatures.tolist()})"

    def value(self, x: Tensor) -> Tensor:
        """Return the height at x, (..., d) -> (...)."""
        return (self.curvatures.to(x) * x**2).sum(-1) / 2

    def grad(self, x: Tensor) -> Tensor:
        """Return the gradient at x, (..., d) -> (..., d)."""
        return self.curvatures.to(x) * x


def bowl(kappa: float) -> Quadratic:
    """Build the bowl of two directions, f(x, y) = 1/2 (x^2 + kappa y^2).

    Args:
        kappa: curvature of the second direction, > 0; the first has 1.

    Returns:
        The objective, in float64.

    Example:
        >>> bowl(10)
        Quadratic([1.0, 10.0])
    """
    return Quadratic([1.0, kappa])


def spectrum(kind: str, d: int, kappa: float) -> Tensor:
    """Place d curvatures from 1 to kappa.

    Args:
        kind: "log" (equal ratios), "linear" (equal gaps), "ends" (half at 1, half at kappa),
            "worst" (all at 1 but one at kappa).
        d: how many, >= 2, so that both ends are there.
        kappa: the largest, >= 1.

    Returns:
        The curvatures in rising order, (d,), float64; divide by kappa for a bowl with L = 1.

    Raises:
        ValueError: if kind is another word, d < 2 or kappa < 1.

    Example:
        >>> spectrum("log", 3, 100).tolist()
        [1.0, 10.0, 100.0]
    """
    if d < 2:
        raise ValueError(f"d must be >= 2, got {d}")
    if not kappa >= 1:
        raise ValueError(f"kappa must be >= 1, got {kappa}")
    t = torch.linspace(0, 1, d, dtype=torch.float64)
    kinds = {"log": kappa**t, "linear": 1 + (kappa - 1) * t, "ends": 1 + (kappa - 1) * t.round(),
             "worst": 1 + (kappa - 1) * t.floor()}
    if kind not in kinds:
        raise ValueError(f"kind must be one of {', '.join(kinds)}, got {kind}")
    return kinds[kind]


def cycle_laplacian(d: int, kappa: float) -> Tensor:
    """Place d curvatures as a ring of d equal springs has them, lifted until L / mu = kappa.

    They are mu + 2 - 2 cos(2 pi j / d), j = 0, ..., d - 1, with mu = 4 / (kappa - 1).

    Args:
        d: how many, even, so that the largest is mu + 4.
        kappa: ratio of the ends, > 1.

    Returns:
        The curvatures in rising order, (d,), float64.

    Raises:
        ValueError: unless d is even and >= 2 and kappa > 1.

    Example:
        >>> print([round(h, 9) for h in cycle_laplacian(4, 5).tolist()])
        [1.0, 3.0, 3.0, 5.0]
    """
    if d < 2 or d % 2:
        raise ValueError(f"d must be even and >= 2, got {d}")
    if not kappa > 1:
        raise ValueError(f"kappa must be > 1, got {kappa}")
    angle = 2 * pi * torch.arange(d, dtype=torch.float64) / d
    return (4 / (kappa - 1) + 2 - 2 * angle.cos()).sort().values


class Kinked:
    """A curve of curvature 25, then 1, then 25 again: almost a bowl, and a trap for momentum.

    Its slope is 25 x below 1, x + 24 between 1 and 2, and 25 x - 24 above 2. From x = 3.3 the heavy
    ball with the best pair of all bowls circles for ever through 792, -2208, 2592, each over 1225.

    Example:
        >>> Kinked().grad(torch.tensor([1.0, 2.0, 3.0]))
        tensor([25., 26., 51.])

    Source:
        L. Lessard, B. Recht, A. Packard, 2016, equation 4.11.
    """

    mu, L, kappa = 1.0, 25.0, 25.0

    def value(self, x: Tensor) -> Tensor:
        """Return the height at every entry of x."""
        return 12.5 * x**2 - 12 * (x - 1).clamp(0, 1) ** 2 - 24 * (x - 2).clamp(min=0)

    def grad(self, x: Tensor) -> Tensor:
        """Return the slope at every entry of x."""
        return 25 * x - 24 * (x - 1).clamp(0, 1)


class Mixture:
    """A mixture of bells on a line, as an energy: U(x) = -log of its density, in nats.

    Args:
        shares: of the bells, (M,), > 0; scaled to sum to one.
        centres: where they stand, (M,), parameter units.
        width: standard deviation of each > 0, parameter units.

    Raises:
        ValueError: unless there is one share > 0 for each centre and width > 0.

    Example:
        >>> two = Mixture([0.5, 0.5], [-4.0, 4.0])
        >>> two.mean, two.energy(torch.zeros(1, 1))[1]
        (0.0, tensor([[0.]]))
    """

    def __init__(self, shares: Sequence[float], centres: Sequence[float], width: float = 1.0):
        if len(shares) != len(centres) or not min(shares) > 0:
            raise ValueError(f"shares must be {len(centres)} numbers > 0, got {list(shares)}")
        if not width > 0:
            raise ValueError(f"width must be > 0, got {width}")
        self.shares = torch.tensor(shares, dtype=torch.float64) / sum(shares)
        self.centres = torch.tensor(centres, dtype=torch.float64)
        self.width = width
        self.level = self.shares.log() - np.log(width * (2 * pi) ** 0.5)
        self.mean = float(self.shares @ self.centres)

    def value(self, x: Tensor) -> Tensor:
        """Return the energy at every entry of x, in nats."""
        return -torch.logsumexp(self._logs(x[..., None])[1], -1)

    def energy(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the energies and gradients at positions (C, 1): (C,) and (C, 1)."""
        off, logs = self._logs(x)
        top = logs.amax(1, keepdim=True)
        bells = (logs - top).exp_()
        total = bells.sum(1, keepdim=True)
        g = (bells * off).sum(1, keepdim=True).div_(total).div_(self.width**2)
        return total.log_().add_(top).neg_().squeeze(1), g

    def _logs(self, x: Tensor) -> tuple[Tensor, Tensor]:
        off = x - self.centres.to(x)
        return off, self.level.to(x) - off**2 / (2 * self.width**2)


class Ripples:
    """Nine wells in the square of half-width 2.5, the landscape of the demo of contour SGLD.

    U(x) = (|x|^2 / 10 - cos(1.2 pi x_1) - cos(1.2 pi x_2)) / 0.3, and |x|^2 - 7 more where
    that is positive; its lowest points stand near whole multiples of 5/3.

    Example:
        >>> u, g = Ripples().energy(torch.zeros(1, 2))
        >>> u, g
        (tensor([-6.6667]), tensor([[0., 0.]]))

    Source:
        W. Deng, G. Lin, F. Liang, 2020, code of the demo.
    """

    half = 2.5

    def value(self, x: Tensor) -> Tensor:
        """Return the energy, (..., 2) -> (...)."""
        r2 = (x**2).sum(-1)
        return (r2 / 10 - torch.cos(1.2 * pi * x).sum(-1)) / 0.3 + (r2 - 7).clamp(min=0)

    def energy(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the energies and gradients at positions (C, 2): (C,) and (C, 2)."""
        r2, turn = (x**2).sum(-1), 1.2 * pi * x
        steep = 0.2 / 0.3 + 2 * (r2 > 7).to(x)
        u = (r2 / 10 - torch.cos(turn).sum(-1)) / 0.3 + (r2 - 7).clamp(min=0)
        return u, steep[:, None] * x + (1.2 * pi / 0.3) * torch.sin(turn)


class TwoCentres:
    """Where do the two centres of a mixture lie? Of two labellings one is far likelier.

    Data y_i come from shares[0] N(a, width^2) + shares[1] N(b, width^2), the shares and the width
    being known; a and b have the prior N(prior_mean, prior_sd^2) each. U(a, b) = -log posterior up
    to a constant, in nats.

    Args:
        data: (N,), data units.
        shares: of the two bells, each > 0, together 1.
        width: standard deviation > 0, data units.
        prior_mean: data units.
        prior_sd: > 0, data units.

    Raises:
        ValueError: unless data are one row, the shares fit, and both widths are > 0.

    Example:
        >>> post = TwoCentres(torch.zeros(1), shares=(0.5, 0.5), width=1.0, prior_mean=0.0,
        ...                   prior_sd=1.0)
        >>> post.energy(torch.zeros(1, 2))
        (tensor([0.]), tensor([[0., 0.]]))
    """

    def __init__(
        self, data: Tensor, *, shares: tuple[float, float], width: float, prior_mean: float,
        prior_sd: float,
    ):
        if data.ndim != 1 or not len(data):
            raise ValueError(f"data must be one row, got shape {tuple(data.shape)}")
        if not (min(shares) > 0 and abs(sum(shares) - 1) < 1e-9):
            raise ValueError(f"shares must be > 0 and sum to one, got {shares}")
        if not (width > 0 and prior_sd > 0):
            raise ValueError(f"width and prior_sd must be > 0, got {width} and {prior_sd}")
        self.data, self.log_odds = data, float(np.log(shares[0] / shares[1]))
        self.shares, self.width = shares, width
        self.prior_mean, self.prior_sd = prior_mean, prior_sd

    def value(self, x: Tensor) -> Tensor:
        """Return the energy, (..., 2) -> (...)."""
        return self.energy(x.reshape(-1, 2))[0].reshape(x.shape[:-1])

    def energy(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the energies and gradients at positions (C, 2): (C,) and (C, 2)."""
        off = x[:, :, None] - self.data.to(x)  # (C, 2, N)
        bells = off**2 / (-2 * self.width**2)
        lead = self.log_odds + bells[:, 0] - bells[:, 1]
        first = torch.sigmoid(lead)  # chance that a datum belongs to the first centre
        log_density = float(np.log(self.shares[1])) + bells[:, 1] - logsigmoid(-lead)
        pull = (x - self.prior_mean) / self.prior_sd**2
        u = (pull * (x - self.prior_mean)).sum(1) / 2 - log_density.sum(1)
        g = torch.stack([(first * off[:, 0]).sum(1), ((1 - first) * off[:, 1]).sum(1)], 1)
        return u, pull + g / self.width**2


class Logistic:
    """Logistic regression: f(w) = mean_i log(1 + exp(-s_i x_i . w)) + weight / 2 |w|^2, s_i = +-1.

    The lowest point is computed by Newton's method when it is first asked for.

    Args:
        x: inputs, (N, d), floating point; a column of ones for the intercept is the caller's.
        y: classes 0 and 1, (N,).
        weight: of the squared length of w, > 0; the smallest curvature.

    Raises:
        ValueError: unless x is (N, d), y holds N zeros and ones, and weight > 0.

    Example:
        >>> f = Logistic(torch.tensor([[1.0], [-1.0]]), torch.tensor([1, 0]), weight=0.5)
        >>> f.value(torch.zeros(1)), f.grad(torch.zeros(1)), f.mu, f.L
        (tensor(0.6931), tensor([-0.5000]), 0.5, 0.75)
    """

    def __init__(self, x: Tensor, y: Tensor, *, weight: float):
        if x.ndim != 2 or not len(x):
            raise ValueError(f"x must be (N, d), got {tuple(x.shape)}")
        if y.shape != x.shape[:1] or not ((y == 0) | (y == 1)).all():
            raise ValueError(f"y must hold {len(x)} zeros and ones")
        if not weight > 0:
            raise ValueError(f"weight must be > 0, got {weight}")
        self.rows = x * (2 * y.to(x) - 1)[:, None]  # s_i x_i, (N, d)
        self.mu = float(weight)
        self.L = float(torch.linalg.matrix_norm(x.double(), 2) ** 2) / (4 * len(x)) + self.mu
        self.kappa = self.L / self.mu

    def value(self, w: Tensor) -> Tensor:
        """Return the height at w, (..., d) -> (...), in nats."""
        return -logsigmoid(w @ self.rows.T).mean(-1) + self.mu / 2 * (w**2).sum(-1)

    def grad(self, w: Tensor, chosen: Tensor | None = None) -> Tensor:
        """Return the gradient at w, (..., d) -> (..., d), over all rows or over the chosen ones.

        `chosen` holds indices of rows, (..., B); its leading sizes broadcast against those of w.
        """
        rows = self.rows if chosen is None else self.rows[chosen]
        wrong = torch.sigmoid(-(rows @ w[..., None])[..., 0])
        return self.mu * w - (wrong[..., None, :] @ rows)[..., 0, :] / rows.shape[-2]

    def gap(self, w: Tensor) -> Tensor:
        """Return the height above the lowest point, (..., d) -> (...), in nats."""
        return self.value(w) - self.value(self.optimum)

    @cached_property
    def optimum(self) -> Tensor:
        """The lowest point, (d,), with a gradient of rounding size: Newton's method, halved."""
        w = torch.zeros_like(self.rows[0])
        for _ in range(100):
            q = torch.sigmoid(-self.rows @ w)
            bend = (self.rows.T * (q * (1 - q))) @ self.rows / len(self.rows)
            bend.diagonal().add_(self.mu)
            move, size = torch.linalg.solve(bend, self.grad(w)), 1.0
            while self.value(w - size * move) > self.value(w) and size > 1e-6:
                size /= 2
            w = w - size * move
            if self.grad(w).norm() <= 10 * torch.finfo(w.dtype).eps:
                break
        return w


def additive_noise(
    grad: Callable[[Tensor], Tensor], sd: float, *, generator: torch.Generator
) -> Callable[[Tensor], Tensor]:
    """Hide a gradient under Gaussian noise, new at every call.

    Args:
        grad: gives the gradient at a point.
        sd: standard deviation per coordinate, >= 0, gradient units.
        generator: where the noise comes from.

    Returns:
        A function of a point that gives the noisy gradient there, with shape, dtype and device of
        the true one.

    Raises:
        ValueError: unless sd >= 0.

    Example:
        >>> noisy = additive_noise(lambda x: 3 * x, 0.0, generator=torch.Generator())
        >>> noisy(torch.ones(2))
        tensor([3., 3.])
    """
    if not sd >= 0:
        raise ValueError(f"sd must be >= 0, got {sd}")

    def noisy(x: Tensor) -> Tensor:
        g = grad(x)
        noise = torch.randn(g.shape, generator=generator, dtype=g.dtype, device=generator.device)
        return g + sd * noise.to(g.device)

    return noisy


def minibatches(
    problem: Logistic, size: int, *, generator: torch.Generator
) -> Callable[[Tensor], Tensor]:
    """See a problem through a few of its rows at a time, drawn anew at every call.

    Args:
        problem: has `.rows` and `.grad(w, chosen)`.
        size: rows per gradient, >= 1, drawn with replacement.
        generator: where the draws come from.

    Returns:
        A function of w, (..., R, d) or (d,), that gives the gradient over the rows drawn. Each of
        the R runs has its own draw; the sizes before R share it, so that settings can be compared
        on the same noise.

    Raises:
        ValueError: unless size >= 1.

    Example:
        >>> f = Logistic(torch.ones(1, 2), torch.ones(1), weight=1.0)
        >>> minibatches(f, 4, generator=torch.Generator())(torch.zeros(3, 2)).shape
        torch.Size([3, 2])
    """
    if not size >= 1:
        raise ValueError(f"size must be >= 1, got {size}")

    def noisy(w: Tensor) -> Tensor:
        shape, rows = (*w.shape[-2:-1], size), len(problem.rows)
        chosen = torch.randint(rows, shape, generator=generator, device=generator.device)
        return problem.grad(w, chosen.to(w.device))

    return noisy


def pareto_noise(
    shape: Sequence[int], tail: float, *, one_sided: float = 0.0, generator: torch.Generator,
    dtype: torch.dtype = torch.float64,
) -> Tensor:
    """Draw noise of mean zero whose size exceeds z with chance about z^-tail.

    The size is a Lomax number (Pareto's law moved to start at 0): P(|noise| > z) = (1 + z)^-tail
    before the mean is taken off. Moments of order tail and above are infinite.

    Args:
        shape: of the result.
        tail: the tail index, > 1, so that there is a mean; up to 2 there is no variance.
        one_sided: from 0, either sign as likely, to 1, all huge values positive.
        generator: where the draws come from.
        dtype: floating-point type.

    Returns:
        The noise, on the generator's device.

    Raises:
        ValueError: unless tail > 1 and 0 <= one_sided <= 1.

    Example:
        >>> noise = pareto_noise((1000,), 3.0, generator=torch.Generator().manual_seed(0))
        >>> noise.shape, bool(noise.abs().median() < 0.4)
        (torch.Size([1000]), True)
    """
    device = generator.device
    size, sign = (torch.rand(*shape, generator=generator, dtype=dtype, device=device)
                  for _ in range(2))
    return pareto_from_uniform(size, sign, tail, one_sided)


def pareto_from_uniform(size: Tensor, sign: Tensor, tail: float, one_sided: float) -> Tensor:
    """Turn uniform numbers in [0, 1) into the noise of `pareto_noise`, without drawing again.

    Args:
        size: decides how large, any shape.
        sign: decides the sign, same shape.
        tail: as in `pareto_noise`.
        one_sided: as in `pareto_noise`.

    Returns:
        The noise, like size.

    Raises:
        ValueError: unless tail > 1 and 0 <= one_sided <= 1.

    Example:
        >>> half = torch.tensor([0.75], dtype=torch.float64)
        >>> pareto_from_uniform(half, half, 2.0, 1.0)  # 1 / sqrt(1 - 3 / 4) - 1 - 1
        tensor([0.], dtype=torch.float64)
    """
    if not tail > 1:
        raise ValueError(f"tail must be > 1, got {tail}")
    if not 0 <= one_sided <= 1:
        raise ValueError(f"one_sided must be in [0, 1], got {one_sided}")
    lomax = (1 - size) ** (-1 / tail) - 1
    positive = sign < (1 + one_sided) / 2
    return torch.where(positive, lomax, -lomax) - one_sided / (tail - 1)


def student_noise(
    shape: Sequence[int], tail: float, *, generator: torch.Generator,
    dtype: torch.dtype = torch.float64,
) -> Tensor:
    """Draw Student's t with any number of degrees of freedom, which is its tail index.

    Args:
        shape: of the result.
        tail: degrees of freedom, > 0; infinity is the normal distribution.
        generator: where the draws come from.
        dtype: floating-point type.

    Returns:
        The noise, on the generator's device.

    Raises:
        ValueError: unless tail > 0.

    Example:
        >>> student_noise((3,), 1.5, generator=torch.Generator().manual_seed(0)).shape
        torch.Size([3])

    Source:
        R. W. Bailey, 1994: sqrt(tail (u^(-2 / tail) - 1)) cos(2 pi v), as Box and Muller's.
    """
    if not tail > 0:
        raise ValueError(f"tail must be > 0, got {tail}")
    device = generator.device
    u, v = (torch.rand(*shape, generator=generator, dtype=dtype, device=device) for _ in range(2))
    log_u = torch.log1p(-u)
    return (tail * torch.expm1(-2 * log_u / tail)).sqrt() * torch.cos(2 * pi * v)


def coupled_game(n: int, seed: int, *, own_friction: bool = False) -> tuple[Tensor, Tensor, Tensor]:
    """Draw the parts of a game x'Qx / 2 + x'Py - y'Ry / 2 of order one, for n + n unknowns.

    Args:
        n: unknowns of each player, >= 1.
        seed: of the draw.
        own_friction: give x a positive Q; without, Q = 0.

    Returns:
        Q, P = A / |A| + I / 2 and R = BB' / n + I / 2, float64, (n, n) each; A, B and Q's own
        factor have standard normal entries.

    Raises:
        ValueError: unless n >= 1.

    Example:
        >>> Q, P, R = coupled_game(3, seed=0)
        >>> Q.any().item(), P.shape, R.shape
        (False, torch.Size([3, 3]), torch.Size([3, 3]))
    """
    if not n >= 1:
        raise ValueError(f"n must be >= 1, got {n}")
    A, B, C = (torch.tensor(part) for part in
               np.random.default_rng(seed).standard_normal((3, n, n)))
    half = torch.eye(n, dtype=torch.float64) / 2
    Q = C @ C.T / n + half if own_friction else torch.zeros_like(half)
    return Q, A / torch.linalg.matrix_norm(A, 2) + half, B @ B.T / n + half


class MomentGame:
    """A generator G z + m, z normal, against a critic of first and second moments.

    K = w . (m1 - m) + <W, S - GG' - mm'> - friction / 2 (|w|^2 + |W|^2), where m1 and S are the
    moments E x and E xx' of the data. x holds G by rows and m, y holds w and W by rows.

    Args:
        data: points, (N, d), floating point.
        friction: the critic's own, > 0.

    Raises:
        ValueError: unless data is (N, d) and friction > 0.

    Example:
        >>> game = MomentGame(torch.tensor([[1.0], [-1.0]]))
        >>> game.error(torch.tensor([1.0, 0.0]))  # G = 1, m = 0 has the moments of the data
        tensor(0.)
    """

    def __init__(self, data: Tensor, *, friction: float = 0.2):
        if data.ndim != 2 or not len(data):
            raise ValueError(f"data must be (N, d), got {tuple(data.shape)}")
        if not friction > 0:
            raise ValueError(f"friction must be > 0, got {friction}")
        self.first, self.second = data.mean(0), data.T @ data / len(data)
        self.d, self.friction = data.shape[1], friction

    def misses(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return m1 - m, (..., d), and S - GG' - mm', (..., d, d)."""
        G, m = self._parts(x)
        return self.first - m, self.second - G @ G.mT - m[..., :, None] * m[..., None, :]

    def error(self, x: Tensor) -> Tensor:
        """Return the length of both misses together, (..., d d + d) -> (...)."""
        first, second = self.misses(x)
        return ((first**2).sum(-1) + (second**2).sum((-1, -2))).sqrt()

    def value(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the payoff, (..., d d + d) each -> (...)."""
        first, second = self.misses(x)
        miss = torch.cat([first, second.flatten(-2)], -1)
        return (y * miss).sum(-1) - self.friction / 2 * (y**2).sum(-1)

    def grad(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return K_x and K_y, shaped like x and y."""
        (G, m), (first, second) = self._parts(x), self.misses(x)
        w, W = y[..., :self.d], y[..., self.d:].unflatten(-1, (self.d, self.d))
        both = W + W.mT
        gG, gm = -both @ G, -w - (both @ m[..., None])[..., 0]
        gy = torch.cat([first, second.flatten(-2)], -1) - self.friction * y
        return torch.cat([gG.flatten(-2), gm], -1), gy

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x[..., : self.d**2].unflatten(-1, (self.d, self.d)), x[..., self.d**2:]


def bessel_curve(n: int = 60) -> tuple[Tensor, Tensor]:
    """Sample the Bessel function J_0 on [0, 20]: a wave that dies away, to be fitted.

    Args:
        n: number of points, >= 2, evenly spaced, ends included.

    Returns:
        Inputs (t - 10) / 10 in [-1, 1], (n, 1), and J_0(t) with mean 0 and variance 1, (n, 1);
        float64, on the CPU.

    Raises:
        ValueError: if n < 2.

    Example:
        >>> x, y = bessel_curve(5)
        >>> x.flatten()
        tensor([-1.0000, -0.5000,  0.0000,  0.5000,  1.0000], dtype=torch.float64)
    """
    if not n >= 2:
        raise ValueError(f"n must be >= 2, got {n}")
    from scipy.special import j0  # torch's own is right to six digits only

    t = torch.linspace(0, 20, n, dtype=torch.float64)[:, None]
    y = torch.from_numpy(j0(t.numpy()))
    return (t - 10) / 10, (y - y.mean()) / y.std(correction=0)


def two_spirals(
    n: int, *, noise: float = 0.05, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw points on two interleaved spirals of one turn, to be told apart.

    Args:
        n: number of points, >= 1.
        noise: standard deviation of each coordinate, >= 0, in units of the plane.
        generator: source of the draws.

    Returns:
        Points within about 2 of the origin, (n, 2), and 0 or 1 for the spiral, (n, 1); float64, on
        the CPU.

    Raises:
        ValueError: unless n >= 1 and noise >= 0.

    Example:
        >>> x, y = two_spirals(4, generator=torch.Generator().manual_seed(0))
        >>> x.shape, y.flatten().tolist()
        (torch.Size([4, 2]), [0.0, 1.0, 0.0, 1.0])
    """
    if not n >= 1:
        raise ValueError(f"n must be >= 1, got {n}")
    if not noise >= 0:
        raise ValueError(f"noise must be >= 0, got {noise}")
    t = torch.rand(n, generator=generator, dtype=torch.float64).sqrt()
    side = torch.arange(n, dtype=torch.float64) % 2
    angle = 2 * pi * t + pi * side
    x = 2 * t[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    shake = torch.randn(n, 2, generator=generator, dtype=torch.float64)
    return x + noise * shake, side[:, None]
class Switches:
    """Ten coupled switches whose scores bend with one number x: small enough to sum exactly.

    g(x, y) = sharpness * (sum_i y_i u_i(x) + coupling * sum_i y_i y_{i+1}), u_i a shifted sine.

    Args:
        sharpness: multiplies every score, > 0; the sharper, the rarer the states that count.
        k: number of switches, 2 to 16.
        coupling: between neighbours.
        seed: of the sines.

    Raises:
        ValueError: if sharpness or k is out of range.

    Example:
        >>> Switches(k=2).states.shape
        torch.Size([4, 2])
    """

    def __init__(self, sharpness: float = 1.0, *, k: int = 10, coupling: float = 0.7,
                 seed: int = 4):
        if not sharpness > 0:
            raise ValueError(f"sharpness must be > 0, got {sharpness}")
        if not 2 <= k <= 16:
            raise ValueError(f"k must be in [2, 16], got {k}")
        draws = np.random.default_rng(seed)
        ends = ((0.8, 1.8), (0.4, 1.6), (0.0, 2 * pi))
        self.size, self.pace, self.shift = (torch.tensor(draws.uniform(*e, k)) for e in ends)
        self.sharpness, self.k, self.coupling = sharpness, k, coupling
        bits = torch.arange(k - 1, -1, -1)
        self.states = (torch.arange(2**k)[:, None] >> bits & 1).double()  # (2^k, k)

    def scores(self, x: Tensor, y: Tensor) -> Tensor:
        """Return g at every x, (B,), and every y, (S, k) or (B, S, k): (B, S), in nats."""
        u = self.size * torch.sin(x[:, None] * self.pace + self.shift) - 0.4
        pairs = self.coupling * (y[..., 1:] * y[..., :-1]).sum(-1)
        return self.sharpness * ((y @ u[..., None])[..., 0] + pairs if y.ndim == 3
                                 else u @ y.T + pairs)

    def log_partition(self, x: Tensor) -> Tensor:
        """Return log of the mean of exp g over all states, (B,) -> (B,), in nats."""
        return self.scores(x, self.states).logsumexp(-1) - self.k * math.log(2)

    def spread(self, x: Tensor) -> Tensor:
        """Return chi2, the variance of the weights p / q under uniform guesses, (B,) -> (B,)."""
        weights = (self.scores(x, self.states) - self.log_partition(x)[:, None]).exp()
        return (weights**2).mean(-1) - 1

    def draw(self, x: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw a state for every x from the model itself, (B,) -> (B, k)."""
        p = self.scores(x, self.states).softmax(-1)
        return self.states[torch.multinomial(p, 1, generator=generator)[:, 0]]


def bumps(x: Tensor, count: int) -> Tensor:
    """Spread a number over overlapping bumps that sum to one: features for a smooth curve.

    Args:
        x: numbers in [-3, 3], (B,).
        count: bumps K >= 1, evenly spaced, as wide as their distance.

    Returns:
        Their heights at x, (B, K); one bump is the constant 1.

    Raises:
        ValueError: if count < 1.

    Example:
        >>> bumps(torch.zeros(1), 2)
        tensor([[0.5000, 0.5000]])
    """
    if count < 1:
        raise ValueError(f"count must be >= 1, got {count}")
    centres = torch.linspace(-3, 3, count, dtype=x.dtype, device=x.device)
    width = 6 / max(count - 1, 1)
    return (-((x[:, None] - centres) / width) ** 2 / 2).softmax(-1)
