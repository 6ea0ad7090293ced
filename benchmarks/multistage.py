"""T9: stages against torch's SGD with Nesterov's momentum, 20 noisy steps at a time."""

import torch

from benchmarks.harness import Group, Target

STEPS, LR, MU = 20, 0.01, 1.0
ONE, MANY = "stages, last iterate", "stages, 50 replicates"
ALONE, FIFTY = "gradients and noise alone", "those of 50 replicates alone"


def groups() -> list[Group]:
    """Return bowls whose curvatures lie along the axes, and turned ones."""
    from gradcourse.methods import multistage  # noqa: F401 - not here: say so

    found = [_group(d, False) for d in (100, 1000, 10_000)]
    return found + [_group(d, True) for d in (100, 1000, 4000)]


def _group(d: int, dense: bool) -> Group:
    few = d <= 1000
    targets = [Target("T9", ONE, "SGD nesterov", 0.35 if few else 0.65)] if not dense else []
    if dense and d >= 1000:
        targets.append(Target("T9", ONE, ALONE, 1.15))
    variants = {ONE: _ours, "stages, the run with its path": _path,
                "MultistageASG, the optimizer": _shell, "SGD nesterov": _sgd,
                "SGD nesterov fused": lambda x: _sgd(x, fused=True),
                "SGD nesterov foreach": lambda x: _sgd(x, foreach=True),
                ALONE: _alone}
    if dense and few:
        variants[MANY] = lambda inputs: _ours(_fifty(inputs))
        variants[FIFTY] = lambda inputs: _alone(_fifty(inputs))
        targets.append(Target("T9", MANY, ONE, 10.0, note="at least 5 times cheaper for each",
                              why="their gradients and noise alone take as long"))
    return Group(f"{'dense' if dense else 'diagonal'}, d = {d:,}", base="SGD nesterov",
                 inputs=lambda: _bowl(d, dense), variants=variants,
                 ours=tuple(n for n in (ONE, MANY) if n in variants),
                 targets=tuple(targets), per=STEPS,
                 limits=tuple(v for v in (ALONE, FIFTY) if v in variants))


def _bowl(d: int, dense: bool):
    h = torch.linspace(1, 100, d)
    if not dense:
        return h, torch.ones(d)
    v = torch.randn(d, generator=torch.Generator().manual_seed(0))
    v /= v.norm()
    hv = h * v  # mirrored by 1 - 2 v v', written out, for two products take longer than the rest
    turned = h.diag() - 2 * (torch.outer(v, hv) + torch.outer(hv, v))
    return turned + 4 * v.dot(hv) * torch.outer(v, v), torch.ones(d)


def _fifty(inputs):
    return inputs[0], inputs[1].expand(50, -1)


def _gradient(A, x):
    """Return the noisy gradient, which writes into one place and draws into another."""
    g, noise = torch.empty_like(x, memory_format=torch.contiguous_format), torch.empty(x.shape)
    generator = torch.Generator().manual_seed(0)

    def grad(y):
        if A.dim() == 1:
            torch.mul(A, y, out=g)
        elif y.dim() == 1:
            torch.mv(A, y, out=g)
        else:
            torch.mm(y, A, out=g)
        return g.add_(noise.normal_(generator=generator))

    return grad


def _ours(inputs):
    from gradcourse.methods.multistage import last_iterate

    A, x = inputs
    grad = _gradient(A, x)
    return lambda: last_iterate(grad, x, [(LR, STEPS)], mu=MU)


def _path(inputs):
    from gradcourse.methods.multistage import run

    A, x = inputs
    grad = _gradient(A, x)
    return lambda: run(grad, x, [(LR, STEPS)], mu=MU)


def _alone(inputs):
    A, x = inputs
    grad = _gradient(A, x)
    return lambda: [grad(x) for _ in range(STEPS)]


def _sgd(inputs, **how):
    A, x = inputs
    p = torch.nn.Parameter(x.clone())
    return _trained(torch.optim.SGD([p], lr=LR, momentum=0.8, nesterov=True, **how), p, A)


def _shell(inputs):
    from gradcourse.methods.multistage import MultistageASG

    A, x = inputs
    p = torch.nn.Parameter(x.clone())
    return _trained(MultistageASG([p], L=100.0, mu=MU), p, A)


def _trained(optimizer, p, A):
    grad = _gradient(A, p.data)

    def steps():
        for _ in range(STEPS):
            p.grad = grad(p.data)
            optimizer.step()

    return steps
