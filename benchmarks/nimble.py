"""T13: a step that computes the open neurons only, against one that masks all there could be."""

import torch
from torch import nn

from benchmarks.harness import Group, Peer, Target

BATCH, FEATURES, CLASSES = 256, 64, 10
OURS, MASKED = "NimbleMLP, open neurons only", "all neurons, masked"
AUTHORS = ("NonlinearArtificialIntelligenceLab/N3, a public repository in JAX; an earlier "
           "measurement had .45, .38 and 6.0 ms where a sliced step took .52, .47 and .82")


def groups() -> list[Group]:
    """Return three capacities, most of the largest closed."""
    from gradcourse.methods import nimble  # noqa: F401 - not here: say so

    return [_group(10, 10), _group(100, 10), _group(4096, 64)]


def _group(capacity: int, neurons: int) -> Group:
    targets = {10: (Target("T13", OURS, MASKED, 1.4),),
               4096: (Target("T13", OURS, MASKED, 0.20),
                      Target("T13", OURS, "the authors' network", 0.25))}
    return Group(f"capacity {capacity:,}, {neurons} open", base=MASKED,
                 inputs=lambda: _data(capacity, neurons), ours=(OURS,), unit="training step",
                 variants={OURS: _ours, MASKED: _masked, "a plain network of that size": _plain},
                 limits=("a plain network of that size",), seconds=20,
                 targets=targets.get(capacity, ()),
                 peers={"the authors' network": Peer("", None, AUTHORS)})


def _data(capacity: int, neurons: int):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(BATCH, FEATURES, generator=generator)
    return capacity, neurons - 0.5, x, torch.randint(CLASSES, (BATCH,), generator=generator)


def _trained(call, x, y, optimizer):
    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(call(x), y).backward()
        optimizer.step()

    return step


def _network(inputs):
    from gradcourse.methods.nimble import NimbleMLP

    capacity, size, x, y = inputs
    net = NimbleMLP(FEATURES, CLASSES, capacity, start=size,
                    generator=torch.Generator().manual_seed(0))
    return net, x, y


def _ours(inputs):
    net, x, y = _network(inputs)
    return _trained(net, x, y, net.optimizer(1e-4, 0.0))


def _masked(inputs):
    from gradcourse.methods.nimble import ramp_mask

    net, x, y = _network(inputs)
    return _trained(lambda x: net(x, ramp_mask(net.size, net.capacity)), x, y,
                    net.optimizer(1e-4, 0.0))


def _plain(inputs):
    _, size, x, y = inputs
    n = int(size + 0.5)
    net = nn.Sequential(nn.Linear(FEATURES, n), nn.Tanh(), nn.Linear(n, CLASSES))
    return _trained(net, x, y, torch.optim.Adam(net.parameters(), lr=1e-4))
