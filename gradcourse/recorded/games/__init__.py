"""Two runs of chapter 03: a small GAN swept over the ratio, and a cold game followed to its end."""

import math

import torch
from torch.nn.functional import softplus

from gradcourse.methods import games

RULES = {"simultaneous": games.simultaneous_gda, "alternating": games.alternating_gda,
         "optimistic": games.optimistic_gda}
ETAS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
STEPS_H = (0.02, 0.06, 0.2)  # of x; the best for each ratio is chosen on the looking seeds
HIDDEN, BATCH, RADIUS, WIDTH = 24, 64, 1.5, 0.2


def gan(device, progress, *, seeds=range(1000, 1005), looking=range(3), steps=1200):
    """Train a small GAN on eight spots in a ring, at six ratios, with three kinds of step.

    The payoff is the classical one, E log D(x) + E log(1 - D(G z)), played as it is.

    Returns:
        For each kind of step and ratio: the h chosen, and [low, median, high] of the sliced W1
        between made and true points, averaged over the last fifth of the steps; and the same
        distance between two true samples.
    """
    chosen, ends = {}, {}
    for name in progress(RULES):
        looked = _train(name, ETAS, STEPS_H, looking, steps, device)  # (etas, h, seeds)
        best = looked.median(-1).values.argmin(-1)
        chosen[name] = [STEPS_H[int(i)] for i in best]
        judged = torch.stack([
            _train(name, (eta,), (h,), seeds, steps, device)[0, 0]
            for eta, h in zip(ETAS, chosen[name], strict=True)])
        ends[name] = [[_short(v) for v in (row.min(), row.median(), row.max())] for row in judged]
    g = torch.Generator().manual_seed(0)
    floor = _sliced(_ring(4, 512, g), _ring(4, 512, g)).mean()
    return {"etas": list(ETAS), "h": chosen, "distance": ends, "floor": _short(floor)}


def cold(device, progress, *, tau=0.1, eta=1.0, cells=64, dt=2.0, times=(1e3, 3e3, 1e4, 3e4, 6e4)):
    """Follow the wavy game at a low temperature until its decay shows.

    Returns:
        Times, gap and W1 there; the linearised rate; and the rate measured from W1 between the
        last two times.
    """
    game = games.MeanFieldGame(games.wavy_payoff(), tau, cells, device=device)
    rest = game.equilibrium()
    mu, nu = (torch.softmax(4 * (game.angles - c).cos(), 0) for c in (1.0, 4.0))
    gaps, far, done = [], [], 0
    for until in progress(times):
        while done * dt < until:
            mu, nu = game.step(mu, nu, dt=dt, eta=eta)
            done += 1
        gaps.append(_short(game.gap(mu, nu)))
        far.append(float(sum(map(games.circle_distance, (mu, nu), rest))))
    measured = math.log(far[-2] / far[-1]) / (times[-1] - times[-2])
    return {"times": list(times), "gap": gaps, "distance": [_short(w) for w in far],
            "rate": _short(game.rate([eta])[0]), "measured": _short(measured)}


RUNS = {"gan": gan, "cold": cold}


def _train(name, etas, hs, seeds, steps, device):
    """Train all settings at once: mean sliced W1 over the last fifth, (etas, h, seeds)."""
    g = torch.Generator().manual_seed(1000 * seeds[0] + len(seeds))
    shape = len(etas), len(hs), len(seeds)
    eta = torch.tensor(etas)[:, None, None].expand(shape).reshape(-1, 1).to(device)
    h = torch.tensor(hs)[:, None].expand(shape).reshape(-1, 1).to(device)
    x, y = (_weights(shape, out, seeds).to(device) for out in (2, 1))
    few = {}

    def grad(x, y):
        with torch.enable_grad():
            x, y = x.detach().requires_grad_(), y.detach().requires_grad_()
            real, made = _net(y, few["true"], 1), _net(y, _net(x, few["z"], 2), 1)
            payoff = -(softplus(-real).mean((1, 2)) + softplus(made).mean((1, 2)))
            return torch.autograd.grad(payoff.sum(), (x, y))

    def draw():
        few["true"] = _ring(len(seeds), BATCH, g).repeat(len(etas) * len(hs), 1, 1).to(device)
        z = torch.randn(len(seeds), BATCH, 2, generator=g)
        few["z"] = z.repeat(len(etas) * len(hs), 1, 1).to(device)

    draw()
    state = (games.Memory.at_rest(x, y, grad) if name == "optimistic" else games.Players(x, y))
    scores = []
    for k in range(steps):
        draw()
        state = RULES[name](state, grad, h=h, eta=eta)
        if k >= 0.8 * steps and k % 20 == 0:
            z = torch.randn(len(x), 512, 2, generator=g).to(device)
            made = _net(state.x, z, 2).nan_to_num(1e3, 1e3, -1e3).clamp(-1e3, 1e3)
            scores.append(_sliced(made, _ring(len(x), 512, g).to(device)))
    return torch.stack(scores).mean(0).reshape(shape).cpu()


def _weights(shape, out, seeds):
    """Draw one network a seed, the same for every setting: (settings * seeds, weights)."""
    sizes = [(2, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, out)]
    rows = []
    for seed in seeds:
        g = torch.Generator().manual_seed(seed + 7 * out)
        parts = [torch.cat([torch.randn(a, b, generator=g) * (2 / a) ** 0.5, torch.zeros(1, b)])
                 for a, b in sizes]
        rows.append(torch.cat([p.flatten() for p in parts]))
    return torch.stack(rows).repeat(shape[0] * shape[1], 1)


def _net(weights, inputs, out):
    """Run one network a row: (B, W) and (B, N, 2) -> (B, N, out)."""
    at = 0
    for a, b in ((2, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, out)):
        part = weights[:, at:at + (a + 1) * b].unflatten(1, (a + 1, b))
        inputs, at = torch.baddbmm(part[:, -1:], inputs, part[:, :-1]), at + (a + 1) * b
        inputs = torch.nn.functional.leaky_relu(inputs, 0.1) if at < weights.shape[1] else inputs
    return inputs


def _ring(rows, count, g):
    """Draw points from eight spots on a ring: (rows, count, 2)."""
    angle = torch.randint(8, (rows, count), generator=g) * (math.pi / 4)
    spots = RADIUS * torch.stack([angle.cos(), angle.sin()], -1)
    return spots + WIDTH * torch.randn(rows, count, 2, generator=g)


def _sliced(a, b):
    """Measure sliced W1 over 16 directions: (B, N, 2) twice -> (B,)."""
    angle = torch.arange(16, dtype=a.dtype, device=a.device) * (math.pi / 16)
    ways = torch.stack([angle.cos(), angle.sin()])
    return ((a @ ways).sort(1).values - (b @ ways).sort(1).values).abs().mean((1, 2))


def _short(number) -> float:
    return float(f"{float(number):.4g}")
