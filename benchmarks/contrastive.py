"""T4 to T6: contrastive losses, forward and backward, against the packages for them."""

import torch
from torch.nn.functional import cross_entropy, normalize

from benchmarks.harness import Group, Peer, Target

D, T = 128, 0.1
ONE_WAY, FREE, BOTH = "info_nce", "temperature_free", "nt_xent"
THREE = "three matrix products alone"


def groups() -> list[Group]:
    """Return the losses that look one way, and the one over both views."""
    from gradcourse.methods import contrastive  # noqa: F401 - not here: say so

    return [_one_way(n) for n in (256, 1024, 4096)] + [_both(n) for n in (64, 256, 1024, 4096)]


def _one_way(n: int) -> Group:
    usual = "product and cross_entropy"
    most = {256: 1.05, 1024: 0.95, 4096: 0.60}[n]
    why = {256: "the same dense form, with its checks", 1024: "the matrix is small enough to "
           "hold, and rows pass three times through the cache"}.get(n, "")
    targets = [Target("T4", ONE_WAY, usual, most, why=why)]
    if n == 4096:
        targets += [Target("T4", ONE_WAY, THREE, 1.25),
                    Target("T4", ONE_WAY, usual, 0.30, "memory"),
                    Target("T5", FREE, ONE_WAY, 1.15), Target("T5", FREE, "artanh, naive", 0.28)]
    return Group(f"one way, N = {n:,}", base=THREE, inputs=lambda: _views(n),
                 variants={ONE_WAY: lambda zz: _ours(ONE_WAY, zz), FREE: lambda zz: _ours(FREE, zz),
                           usual: _usual, "artanh, naive": _naive, THREE: _products},
                 ours=(ONE_WAY, FREE), targets=tuple(targets), limits=(THREE,),
                 peers={"info-nce-pytorch": Peer("info-nce-pytorch", _info_nce, "one way only")},
                 unit="loss and gradient", seconds=30,
                 small=(lambda: _views(64)) if n == 4096 else None)


def _both(n: int) -> Group:
    targets = {1024: [Target("T6", BOTH, "lightly", 0.40, why="half of the matrix passes "
                             "through the cache four times")],
               4096: [Target("T6", BOTH, "lightly", 0.25),
                      Target("T6", BOTH, "lightly", 0.12, "memory")],
               256: [Target("T6", BOTH, "pytorch-metric-learning", 1 / 500)]}
    peers = {"lightly": Peer("lightly", _lightly, "four products, two full copies")}
    if n <= 256:
        peers["pytorch-metric-learning"] = Peer("pytorch-metric-learning", _metric,
                                                "memory grows with N cubed")
    return Group(f"both views, N = {n:,}", base=THREE, inputs=lambda: _views(n),
                 variants={BOTH: lambda zz: _ours(BOTH, zz), "masked cross_entropy": _masked,
                           THREE: lambda zz: _products((torch.cat(zz), torch.cat(zz)))},
                 ours=(BOTH,), targets=tuple(targets.get(n, ())), limits=(THREE,), peers=peers,
                 note="Ours needs two products, or one and a half: the matrix is symmetric.",
                 unit="loss and gradient", seconds=30,
                 small=(lambda: _views(64)) if n == 4096 else None)


def _views(n: int):
    generator = torch.Generator().manual_seed(0)
    one = torch.randn(n, D, generator=generator)
    return one, one + 0.5 * torch.randn(n, D, generator=generator)


def _graded(loss, views):
    """Return the work: the loss and both gradients."""
    one, two = (z.clone().requires_grad_() for z in views)
    return lambda: torch.autograd.grad(loss(one, two), (one, two))


def _ours(name, views):
    from gradcourse.methods import contrastive

    loss, how = getattr(contrastive, name), {} if name == FREE else {"temperature": T}
    return _graded(lambda a, b: loss(a, b, **how).mean(), views)


def _usual(views):
    target = torch.arange(len(views[0]))
    return _graded(lambda a, b: cross_entropy(
        (normalize(a, dim=-1) / T) @ normalize(b, dim=-1).T, target), views)


def _naive(views):
    def loss(a, b):
        s = (normalize(a, dim=-1) @ normalize(b, dim=-1).T).clamp(1e-6 - 1, 1 - 1e-6)
        return -(2 * s.atanh()).log_softmax(-1).diagonal().mean()

    return _graded(loss, views)


def _masked(views):
    n = len(views[0])
    target = torch.arange(2 * n).roll(n)
    eye = torch.eye(2 * n, dtype=torch.bool)

    def loss(a, b):
        z = normalize(torch.cat([a, b]), dim=-1)
        return cross_entropy((z @ z.T / T).masked_fill(eye, -torch.inf), target)

    return _graded(loss, views)


def _products(views):
    one, two = views
    S, left = torch.empty(len(one), len(two)), torch.empty_like(one)

    def three():
        torch.mm(one, two.T, out=S)
        torch.mm(S, two, out=left)
        torch.mm(S.T, one, out=left)

    return three


def _info_nce(views):
    from info_nce import InfoNCE

    loss = InfoNCE(temperature=T)
    return _graded(loss, views)


def _lightly(views):
    kept = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):  # lightly imports torchvision, whose wheels may not fit a torch
        try:  # without CUDA; the loss needs nothing of it
            kept.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        except RuntimeError:
            pass
    from lightly.loss import NTXentLoss

    return _graded(NTXentLoss(temperature=T), views)


def _metric(views):
    from pytorch_metric_learning.losses import NTXentLoss

    loss, n = NTXentLoss(temperature=T), len(views[0])
    labels = torch.arange(n).repeat(2)
    return _graded(lambda a, b: loss(torch.cat([a, b]), labels), views)
