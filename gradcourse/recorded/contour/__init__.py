"""Long runs of chapter 04: two races that learn their masses, and the exact law of long steps.

In a race every method asks for the same number of gradients.
"""

import torch

from gradcourse.methods import contour as ct
from gradcourse.problems import Mixture, Ripples

METHODS = ("plain", "cyclic", "published", "interpolated", "replica exchange")
LATE = 0.25  # this share of each chain is left out as its start
D = torch.float64


def toy(device, progress, *, gradients=60_000, lrs=(0.01, 0.03, 0.1), looking=16, chains=64,
        seed=1000, zeta=0.75, hot=5.0):
    """Race over two wells, one in ten at -4, all chains beginning in it; true mean 3.2.

    Returns:
        For each method the step chosen, every chain's weighted mean and crossings (from beyond 2
        on one side to beyond 2 on the other), the mean effective share, and for the contour
        methods the L1 distance of each chain's masses, averaged over the late half, to the truth.
    """
    target = Mixture([0.1, 0.9], [-4.0, 4.0])
    grid = torch.linspace(-9, 9, 8001, dtype=D)
    u = target.value(grid)
    bins = {"u0": float(u.min()), "du": 0.25, "m": 36}
    truth = ct.bin_masses((-u).softmax(0), u, **bins).to(device)
    out = {}
    for name in progress(METHODS):
        run = {"gradients": gradients, "bins": bins, "zeta": zeta, "hot": hot, "cycles": 20,
               "domain": (-9.0, 9.0), "most": 0.02, "offset": 500.0}
        start = torch.full((looking * len(lrs), 1), -4.0, dtype=D, device=device)
        each = torch.tensor(lrs, dtype=D, device=device).repeat_interleave(looking)[:, None]
        trace, _ = _walk(name, target.energy, start, each, seed=0, **run)
        mean = _mean(trace).reshape(len(lrs), looking)
        lr = lrs[int(((mean - target.mean) ** 2).mean(1).argmin())]
        trace, theta = _walk(name, target.energy, start[:1].repeat(chains, 1), lr, seed=seed, **run)
        out[name] = {
            "lr": lr, "mean": _short(_mean(trace)), "crossings": _crossings(trace.x[..., 0]),
            "share": float(f"{_share(trace):.3g}"),
            "plain mean": _short(trace.x[_late(trace):, :, 0].mean(0)),
        } | ({} if theta is None else {"L1": _short((theta - truth).abs().sum(-1))})
    return {"truth": target.mean, "methods": out}


def ripples(device, progress, *, gradients=100_000, chains=32, seed=1000, lr=1e-3, noise=0.32,
            zeta=0.75, hot=3.0):
    """Walk the authors' plane from (2, 2) with their settings, with noisy energies and gradients.

    Returns:
        The true share of each of nine wells, and for each method every chain's weighted shares,
        how many wells it visited, and its moves from the square around one well to another's.
    """
    target = Ripples()
    axis = torch.linspace(-target.half, target.half, 1001, dtype=D)
    points = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).flatten(0, 1)
    u = target.value(points)
    truth = torch.zeros(9, dtype=D).index_add_(0, _well(points), (-u).softmax(0))
    du = float(u.max() - u.min() + 2) / 100
    out, dice = {}, torch.Generator(device).manual_seed(seed + 1)

    def energy(x):
        u, g = target.energy(x)
        shaken = noise * torch.randn(len(x), 3, generator=dice, dtype=x.dtype, device=x.device)
        return u + shaken[:, 0], g + shaken[:, 1:]

    for name in progress(METHODS):
        start = torch.full((chains, 2), 2.0, dtype=D, device=device)
        trace, _ = _walk(
            name, energy, start, 5 * lr if name == "cyclic" else lr, seed=seed, gradients=gradients,
            bins={"u0": float(u.min()) - 1, "du": du, "m": 100}, zeta=zeta, hot=hot, cycles=20,
            domain=(-target.half, target.half), most=3e-3, offset=100.0, variance=noise**2)
        wells = _well(trace.x)
        w = (trace.log_w - trace.log_w.amax(0)).exp()[_late(trace):]
        one = torch.nn.functional.one_hot(wells, 9).to(D)
        shares = (one[_late(trace):] * w[..., None]).sum(0) / w.sum(0)[:, None]
        out[name] = {"error": _short((shares - truth.to(shares)).abs().sum(-1) / 2),
                     "visited": one.amax(0).sum(-1).int().tolist(),
                     "moves": (wells.diff(dim=0) != 0).sum(0).tolist(),
                     "shares": _short(shares.mean(0))}
    return {"truth": _short(truth), "methods": out}


def steps(device, progress, *, lrs=(0.003, 0.01, 0.03), points=(601, 1201), zeta=0.75, chains=1600,
          walk=2000, seed=3000, most=120):
    """Find where the masses rest under the law of the frozen walk, for steps of finite length.

    Returns:
        For each grid and weight: the weighted mean and the L1 distance of the masses at rest, one
        for each step, and what still moved; and for the longest step, on the finest grid, weighted
        means of 20 groups of chains with these masses frozen, started in that law.
    """
    target, out = Mixture([0.1, 0.9], [-4.0, 4.0]), {}
    fine = torch.linspace(-9, 9, 8001, dtype=D)
    u = target.value(fine)
    bins = {"u0": float(u.min()), "du": 0.25}
    truth = ct.bin_masses((-u).softmax(0), u, m=36, **bins)
    for n in progress(points):
        x = torch.linspace(-9, 9, n, dtype=D)
        for name in ("published", "interpolated"):
            found = [_settle(target, x, bins, truth, lr, zeta, name, most) for lr in lrs]
            out.setdefault(str(n), {})[name] = {
                "mean": [float(f"{f[1]:.4g}") for f in found],
                "L1": [float(f"{(f[0] - truth).abs().sum():.3g}") for f in found],
                "moved": [float(f"{f[3]:.1g}") for f in found]}
            if n == max(points):
                theta, _, law, _ = found[-1]
                g = torch.Generator().manual_seed(seed)
                start = x[torch.multinomial(law, chains, replacement=True, generator=g)][:, None]
                sampler = ct.ContourSGLD(target.energy, start, lr=lrs[-1], zeta=zeta, weight=name,
                                         m=36, theta=theta, gain=0.0, domain=(-9.0, 9.0), **bins)
                run = sampler.run(walk, every=5, generator=g)
                groups = [t.unflatten(1, (20, -1)).transpose(1, 2).flatten(0, 1)
                          for t in (run.x[..., 0], run.log_w.exp())]
                out.setdefault("chains", {})[name] = _short(ct.weighted_mean(*groups))
    return {"lrs": list(lrs), "truth": target.mean, **out}


RUNS = {"toy": toy, "ripples": ripples, "steps": steps}


def _settle(target, x, bins, theta, lr, zeta, name, most):
    """Iterate the masses to rest: masses, weighted mean, law, and what moved last."""
    u, g = target.energy(x[:, None])
    for _ in range(most):
        M = ct.multiplier(theta.log(), u, zeta=zeta, temperature=1.0, **bins)
        law = ct.euler_law(x, -lr * M * g[:, 0], lr=lr)
        log_w = zeta * ct.log_psi(theta.log(), u, interpolate=name == "interpolated", **bins)
        weighed = (law.log() + log_w).softmax(0)
        new = ct.bin_masses(weighed, u, m=36, **bins)
        moved = float((new - theta).abs().sum())
        if moved < 1e-3:
            break
        theta = (theta.log() / 2 + new.clamp(min=1e-300).log() / 2).softmax(0)
    return theta, float(weighed @ x), law, moved


def _walk(name, energy, start, lr, *, gradients, bins, zeta, hot, domain, cycles, most, offset,
          seed, variance=0.0):
    """Run one method for a number of gradients; the trace, and the late masses of each chain."""
    g = torch.Generator(start.device).manual_seed(seed)
    same = {"lr": lr, "domain": domain, "generator": g}
    if name == "plain":
        return ct.sgld(energy, start, gradients, every=10, **same), None
    if name == "cyclic":
        return ct.cyclic_sgld(energy, start, gradients, cycles=cycles, every=10, **same), None
    if name == "replica exchange":
        return ct.replica_exchange_sgld(energy, start, gradients // 2, hot=hot, every=5,
                                        energy_variance=variance, **same), None
    sampler = ct.ContourSGLD(
        energy, start, lr=lr, zeta=zeta, weight=name, domain=domain, **bins,
        gain=lambda k: ct.gain(k, most=most, offset=offset))
    traces, masses = [], []
    for part in range(20):
        traces.append(sampler.run(gradients // 20, every=10, generator=g))
        if part >= 10:
            masses.append(sampler.theta)
    whole = [torch.cat(field) for field in list(zip(*traces, strict=True))[:3]]
    return ct.Trace(*whole, traces[-1].rejected, ""), torch.stack(masses).mean(0)


def _late(trace):
    return int(LATE * len(trace.x))


def _mean(trace):
    late, w = _late(trace), (trace.log_w - trace.log_w.amax(0)).exp()
    return ct.weighted_mean(trace.x[late:, :, 0], w[late:])


def _share(trace):
    w = (trace.log_w - trace.log_w.amax(0)).exp()[_late(trace):]
    return (ct.effective_sample_size(w) / len(w)).mean()


def _crossings(x):
    """Count the journeys of each chain from beyond 2 on one side to beyond 2 on the other."""
    side = (x > 2).int() - (x < -2).int()
    return [int((row[row != 0].diff() != 0).sum()) for row in side.T]


def _well(x):
    """Number the nine squares, row by row."""
    cell = (x * 0.6 + 1.5).floor().clamp(0, 2).long()
    return 3 * cell[..., 0] + cell[..., 1]


def _short(values):
    return [float(f"{v:.4g}") for v in values.tolist()]
