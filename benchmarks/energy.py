"""T10 and T11: learning a partition function against summing it, for 14 labels."""

from math import log

import torch
from torch import nn

from benchmarks.harness import Group, Peer, Target

B, K, WIDTH = 64, 14, 128
FEATURES = K * (K + 1) // 2
SHARED, EXACT = "joint, 1,024 shared guesses", "exact, by features"
SPARSE = "sparsemax by Newton"


def groups() -> list[Group]:
    """Return losses of pairwise energies, of a network that reads the labels, and sparsemax."""
    from gradcourse.methods import energy  # noqa: F401 - not here: say so

    gibbs = "contrastive divergence, 10 sweeps of Gibbs"
    pairwise = Group(
        "pairwise energy, 2^14 label sets", base="two products of exact alone", inputs=_data,
        variants={SHARED: lambda d: _joint(d, 1024), "joint, 64 shared guesses":
                  lambda d: _joint(d, 64), EXACT: _exact, gibbs: _gibbs,
                  "unary, binary cross-entropy": _unary, "two products of exact alone": _products},
        ours=(SHARED, "joint, 64 shared guesses", EXACT), limits=("two products of exact alone",),
        unit="loss and gradient", seconds=30,
        targets=(Target("T10", SHARED, EXACT, 0.30), Target("T10", SHARED, gibbs, 0.8),
                 Target("T10", EXACT, "two products of exact alone", 3.0)))
    network = Group(
        "network energy, 2^14 label sets", base="joint, 64 shared guesses", inputs=_data,
        variants={"joint, 64 shared guesses": _joint_network, "exact, all label sets":
                  _exact_network}, ours=("joint, 64 shared guesses",), unit="loss and gradient",
        rounds=5, seconds=30,
        targets=(Target("T10", "joint, 64 shared guesses", "exact, all label sets", 1 / 150),))
    sparse = Group(
        "sparsemax over 2^14 classes", base="log_softmax", inputs=_scores, unit="loss and gradient",
        variants={SPARSE: _sparse, "log_softmax": _softmax}, ours=(SPARSE,), seconds=30,
        peers={"entmax, sorted": Peer("entmax", _entmax, "sorts all classes"),
               "entmax, k = 512": Peer("entmax", lambda s: _entmax(s, k=512),
                                       "looks at the 512 largest first",
                                       "It is told how many classes can matter; ours need not be."),
               "entmax, bisection": Peer("entmax", _bisect)},
        targets=(Target("T11", SPARSE, "entmax, sorted", 0.65),))
    return [pairwise, network, sparse]


def _data():
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, WIDTH), nn.ReLU(), nn.Linear(WIDTH, FEATURES))
    x = torch.randn(B, 64, generator=generator)
    y = (torch.rand(B, K, generator=generator) < 0.3).float()
    return net, x, y, generator


def _graded(net, loss):
    params = list(net.parameters())
    return lambda: torch.autograd.grad(loss(), params)


def _joint(data, guesses):
    from gradcourse.methods.energy import joint_loss, pair_features, uniform_binary

    net, x, y, generator = data
    tau = nn.Parameter(torch.zeros(B))
    features = pair_features(y)

    def loss():
        w = net(x)
        prior = pair_features(uniform_binary(guesses, K, generator=generator))
        return joint_loss((w * features).sum(-1), w @ prior.T, tau).mean()

    params = [*net.parameters(), tau]
    return lambda: torch.autograd.grad(loss(), params)


def _exact(data):
    from gradcourse.methods.energy import log_partition_pairwise, pair_features

    net, x, y, _ = data
    features = pair_features(y)

    def loss():
        w = net(x)
        return (log_partition_pairwise(w, K) - (w * features).sum(-1)).mean()

    return _graded(net, loss)


def _products(data):
    """Score all label sets, and send a gradient of that size back."""
    w, G = torch.randn(B, FEATURES), torch.randn(2**K, FEATURES)
    scores = torch.empty(B, 2**K)
    return lambda: (torch.mm(w, G.T, out=scores), torch.mm(scores, G, out=w.new_empty(w.shape)))


def _gibbs(data):
    from gradcourse.methods.energy import gibbs, pair_features

    net, x, y, generator = data
    i, j = torch.triu_indices(K, K, 1)
    features = pair_features(y)

    def loss():
        w = net(x)
        with torch.no_grad():
            U = torch.zeros(B, K, K)
            U[:, i, j] = U[:, j, i] = w[:, K:]
            chains = gibbs(y, w[:, :K], U, moves=10 * K, generator=generator)
        return (w * (pair_features(chains) - features)).sum(-1).mean()

    return _graded(net, loss)


def _unary(data):
    net, x, y, _ = data
    return _graded(net, lambda: nn.functional.binary_cross_entropy_with_logits(net(x)[:, :K], y))


class _Reader(nn.Module):
    """An energy that reads x and a label set together."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(64, WIDTH), nn.Linear(K, WIDTH)
        self.end = nn.Linear(WIDTH, 1)

    def forward(self, x, y):
        return self.end((self.one(x)[:, None] + self.two(y)).relu())[..., 0]


def _joint_network(data):
    from gradcourse.methods.energy import joint_loss, uniform_binary

    _, x, y, generator = data
    torch.manual_seed(0)
    net, tau = _Reader(), nn.Parameter(torch.zeros(B))

    def loss():
        prior = uniform_binary(64, K, generator=generator)
        return joint_loss(net(x, y[:, None])[:, 0], net(x, prior), tau).mean()

    params = [*net.parameters(), tau]
    return lambda: torch.autograd.grad(loss(), params)


def _exact_network(data):
    from gradcourse.methods.energy import all_binary

    _, x, y, _ = data
    torch.manual_seed(0)
    net, states = _Reader(), all_binary(K, dtype=torch.float32)

    def loss():
        return (net(x, states).logsumexp(-1) - K * log(2) - net(x, y[:, None])[:, 0]).mean()

    return _graded(net, loss)


# Sparsemax.


def _scores():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(B, 2**K, generator=generator), torch.arange(B)


def _sparse(inputs):
    from gradcourse.methods.energy import normaliser

    g, target = inputs[0].clone().requires_grad_(), inputs[1][:, None]
    scale = 2**K  # with a uniform prior p = q (g - tau)_+; this is sparsemax's own scale

    def work():
        value = normaliser(g * scale, "sparsemax").value / scale - g.gather(1, target)[:, 0]
        return torch.autograd.grad(value.sum(), g)

    return work


def _softmax(inputs):
    g, target = inputs[0].clone().requires_grad_(), inputs[1]
    loss = nn.functional.cross_entropy
    return lambda: torch.autograd.grad(loss(g, target, reduction="sum"), g)


def _entmax(inputs, k=None):
    from entmax import sparsemax_loss

    g, target = inputs[0].clone().requires_grad_(), inputs[1]
    return lambda: torch.autograd.grad(sparsemax_loss(g, target, k).sum(), g)


def _bisect(inputs):
    from entmax import entmax_bisect_loss

    g, target = inputs[0].clone().requires_grad_(), inputs[1]
    return lambda: torch.autograd.grad(entmax_bisect_loss(g, target, 2.0).sum(), g)
