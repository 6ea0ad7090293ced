"""T12: crowds of particles, and a thousand quadratic games against two optimizers on one."""

import torch

from benchmarks.harness import Group, Peer, Target

DT, ETA, TAU = 0.01, 2.0, 0.3
EXACT, LOTS, PAIRS = "by factors", "by lots of 64", "all pairs, in parts"
EXTRA = ("GauthierGidel/Variational-Inequality-GAN, a public repository whose optimizer no longer "
         "unpickles; an earlier measurement had 0.25 ms for its step at d = 10")


def groups() -> list[Group]:
    """Return crowds of three sizes, and games of two."""
    from gradcourse.methods import games  # noqa: F401 - not here: say so

    return [_crowd(1000), _crowd(10_000), _crowd(100_000), _quadratic(10), _quadratic(100)]


def _crowd(n: int) -> Group:
    targets = {10_000: (Target("T12", PAIRS, "all pairs at once", 0.7),),
               100_000: (Target("T12", EXACT, "", 3.0, "ms"), Target("T12", LOTS, "", 40.0, "ms"))}
    variants = {EXACT: lambda xy: _ours(xy), LOTS: lambda xy: _ours(xy, batch=64),
                "noise alone": _noise}
    if n <= 10_000:
        variants |= {PAIRS: lambda xy: _ours(xy, pairwise=True), "all pairs at once": _broadcast}
    if n <= 1000:
        variants |= {"autograd over all pairs": _autograd}
    return Group(f"crowds of {n:,}", base="noise alone", inputs=lambda: _angles(n),
                 variants=variants,
                 ours=tuple(v for v in (EXACT, LOTS, PAIRS) if v in variants),
                 targets=targets.get(n, ()), limits=("noise alone",), seconds=40)


def _angles(n: int):
    generator = torch.Generator().manual_seed(0)
    return tuple(6.28 * torch.rand(n, generator=generator) for _ in range(2))


def _ours(xy, **how):
    from gradcourse.methods.games import MeanFieldGame, wavy_payoff

    game, generator = MeanFieldGame(wavy_payoff(), TAU, 16), torch.Generator().manual_seed(0)
    return lambda: game.particle_step(*xy, dt=DT, eta=ETA, generator=generator, **how)


def _noise(xy):
    generator = torch.Generator().manual_seed(0)
    return lambda: [torch.randn(z.shape, generator=generator) for z in xy]


def _broadcast(xy):
    """Write the slopes of the same payoff as one would first: all pairs in one table."""
    x, y = xy
    generator = torch.Generator().manual_seed(0)

    def step():
        S = (x[:, None] - y).sin()
        gx = -S.mean(1) - (2 * x).sin() + 0.3 * x.cos()
        gy = S.mean(0) + (2 * y).sin()
        return (x - DT * gx + torch.randn(x.shape, generator=generator),
                y + DT * gy + torch.randn(y.shape, generator=generator))

    return step


def _autograd(xy):
    from gradcourse.methods.games import wavy_payoff

    x, y = (z.clone().requires_grad_() for z in xy)
    value = wavy_payoff().value
    return lambda: torch.autograd.grad(value(x[:, None], y).sum(), (x, y))


# Quadratic games.


def _quadratic(d: int) -> Group:
    two = "one game, two SGD and autograd"
    target = Target("T12", "1,000 games, one product", two, 0.1)
    return Group(f"quadratic games, d = {d}", base=two, inputs=lambda: _game(d),
                 variants={"1,000 games, one product": _walk, "1,000 games, the step": _steps,
                           "one game, TwoTimescaleGDA and autograd": _shell, two: _two,
                           "one game, by hand": _by_hand},
                 ours=("1,000 games, one product", "1,000 games, the step"),
                 targets=(target,) if d == 10 else (), per=100,
                 peers={"ExtraSGD": Peer("", None, EXTRA)})


def _game(d: int):
    generator = torch.Generator().manual_seed(0)
    P = torch.randn(d, d, generator=generator) / d**0.5
    x, y = (torch.randn(1000, d, generator=generator) for _ in range(2))
    return torch.eye(d), P, torch.eye(d), x, y


def _walk(inputs):
    from gradcourse.methods.games import QuadraticGame

    game, (x, y) = QuadraticGame(*inputs[:3]), inputs[3:]
    return lambda: game.walk(x, y, 100, h=0.01, eta=ETA)


def _steps(inputs):
    from gradcourse.methods.games import Players, QuadraticGame, simultaneous_gda

    game = QuadraticGame(*inputs[:3])

    def steps():
        state = Players(*inputs[3:])
        for _ in range(100):
            state = simultaneous_gda(state, game.grad, h=0.01, eta=ETA)
        return state

    return steps


def _payoff(inputs):
    Q, P, R, x, y = inputs
    x, y = torch.nn.Parameter(x[0].clone()), torch.nn.Parameter(y[0].clone())
    return x, y, lambda: x @ Q @ x / 2 + x @ P @ y - y @ R @ y / 2


def _two(inputs):
    x, y, value = _payoff(inputs)
    down = torch.optim.SGD([x], lr=0.01)
    up = torch.optim.SGD([y], lr=0.01 * ETA, maximize=True)

    def steps():
        for _ in range(100):
            down.zero_grad()
            up.zero_grad()
            value().backward()
            down.step()
            up.step()

    return steps


def _shell(inputs):
    from gradcourse.methods.games import TwoTimescaleGDA

    x, y, value = _payoff(inputs)
    both = TwoTimescaleGDA([x], [y], lr=0.01, eta=ETA)

    def steps():
        for _ in range(100):
            both.zero_grad()
            value().backward()
            both.step()

    return steps


def _by_hand(inputs):
    Q, P, R, x, y = inputs

    def steps():
        a, b = x[0], y[0]
        for _ in range(100):
            a, b = a - 0.01 * (Q @ a + P @ b), b + 0.01 * ETA * (P.T @ a - R @ b)
        return a, b

    return steps
