"""T1 to T3: a step of ACClip against AdamW's, on one large model and on many small tensors."""

import torch

from benchmarks.harness import Group, Peer, Target

WIDTH, LAYERS = 256, 12
AUTHORS = ("rivercold/ACClip-Pytorch, a public repository; an earlier measurement had 64.0 ms "
           "on the large model where a loop like ours took 32.8")


def groups() -> list[Group]:
    """Return the steps on both models."""
    from gradcourse.methods.clipping import ACClip

    common = {
        "base": "AdamW fused", "ours": ("ACClip",),
        "variants": {
            "ACClip": _stepper(lambda p: ACClip(p, lr=1e-3)),
            "ACClip, the reference step": _reference,
            "AdamW fused": _stepper(lambda p: torch.optim.AdamW(p, fused=True)),
            "AdamW foreach": _stepper(lambda p: torch.optim.AdamW(p, foreach=True)),
            "AdamW for-loop": _stepper(lambda p: torch.optim.AdamW(p, foreach=False)),
            "clip_grad_norm_ + AdamW fused": _clipped,
            "SGD momentum foreach": _stepper(
                lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9, foreach=True)),
            "28 bytes a number, as mul_ moves them": _moved},
        "limits": ("28 bytes a number, as mul_ moves them",),
        "compiled": {"ACClip compiled": _compiled},
        "peers": {
            "AdaBelief of pytorch_optimizer": Peer("pytorch_optimizer", _adabelief),
            "AdaBelief of torch_optimizer": Peer("torch-optimizer", _old_adabelief),
            "ACClip by its authors": Peer("", None, AUTHORS),
            "clipped SGD of TorchClippedOptimizers": Peer(
                "", None, "EugGolovanov/TorchClippedOptimizers, a public repository: torch 1.11")},
    }
    return [
        Group("10 M parameters, 122 tensors", inputs=lambda: _parameters(_large()), **common,
              note="AdamW fused is one compiled kernel and reaches the memory's limit; ACClip in "
                   "plain torch makes six passes through the cache and cannot. Compiled it can.",
              targets=(Target("T1", "ACClip", "AdamW foreach", 0.80),
                       Target("T1", "ACClip", "AdamW for-loop", 0.95),
                       Target("T1", "ACClip", "AdamW fused", 2.7),
                       Target("T2", "ACClip", "ACClip by its authors", 0.55),
                       Target("T3", "ACClip compiled", "AdamW fused", 1.05),
                       Target("T3", "ACClip compiled", "28 bytes a number, as mul_ moves them",
                              1.15))),
        Group("0.84 M parameters, 600 tensors", inputs=lambda: _parameters([(1400,)] * 600),
              **{**common, "compiled": {}},
              note="Calling kernels is what costs here: ACClip lays small tensors end to end.",
              targets=(Target("T2", "ACClip", "AdamW foreach", 0.50),)),
    ]


def _large() -> list[tuple[int, ...]]:
    """Return the shapes of a transformer: 12 layers of 10 tensors, and words and places."""
    d = WIDTH
    layer = [(3 * d, d), (3 * d,), (d, d), (d,), (4 * d, d), (4 * d,), (d, 4 * d), (d,), (d,), (d,)]
    return layer * LAYERS + [(2000, d), (128, d)]


def _parameters(shapes) -> list[torch.nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    params = [torch.nn.Parameter(0.02 * torch.randn(s, generator=generator)) for s in shapes]
    for p in params:
        p.grad = 0.01 * torch.randn(p.shape, generator=generator)
    return params


def _stepper(make):
    return lambda params: make(params).step


def _reference(params):
    from gradcourse.methods.clipping import State, acclip_step

    states = [State.at_rest(p.data) for p in params]

    def step():
        for i, p in enumerate(params):
            states[i] = acclip_step(states[i], p.grad, lr=1e-3)

    return step


def _clipped(params):
    optimizer = torch.optim.AdamW(params, fused=True)

    def step():
        torch.nn.utils.clip_grad_norm_(params, 1e6)
        optimizer.step()

    return step


def _moved(params):
    """Read and write as much as a step must: x, g and two states in, x and two states out."""
    numbers = sum(p.numel() for p in params)
    block = torch.ones(7 * numbers // 2)  # mul_ moves 8 bytes a number, a step 28
    return lambda: block.mul_(1.0)


def _compiled(params):
    from gradcourse.methods.clipping.optimizer import advance_together

    group = {"betas": (0.9, 0.99), "alpha": 1.0, "eps": 0.0, "lr": 1e-3}
    ms, ss = ([torch.zeros_like(p) for p in params] for _ in range(2))
    together = torch.compile(advance_together)

    @torch.no_grad()
    def step():
        together(params, [p.grad for p in params], ms, ss, group)

    return step


def _adabelief(params):
    from pytorch_optimizer import AdaBelief

    return AdaBelief(params).step


def _old_adabelief(params):
    from torch_optimizer import AdaBelief

    return AdaBelief(params).step
