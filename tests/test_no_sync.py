"""A step never waits for the device: it reads no value back, so that work can run ahead.

On a GPU torch itself refuses to wait; elsewhere the operations that would have to are refused.
"""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from gradcourse.methods import (
    clipping,
    contour,
    contrastive,
    descent,
    energy,
    entangled,
    games,
    multistage,
    nimble,
)

READS = {"_local_scalar_dense", "nonzero", "masked_select", "unique_dim", "_unique2", "equal"}


class NoReading(TorchDispatchMode):
    """Refuse operations whose result, or its shape, the host must wait for."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name.partition("::")[2]
        if name in READS or name == "index" and any(
                t is not None and t.dtype == torch.bool for t in args[1]):
            raise RuntimeError(f"{name} waits for the device")
        return func(*args, **(kwargs or {}))


def bowl(y):
    return 3 * y


def coupled(x, y):
    return y, x - y


def trained(make, **how):
    def step(x):
        params = [torch.nn.Parameter(x.clone()), torch.nn.Parameter(x[:1].clone())]
        optimizer = make(params, **how)
        for p in params:
            p.grad = p.detach().clone()
        return optimizer.step

    return step


def bound(function, *args, state=None, **how):
    return lambda x: lambda: function(state(x) if state else x, *args, **how)


def crowds(x):
    game = games.MeanFieldGame(games.wavy_payoff(), 0.5, 16, device=x.device)
    generator, (a, b) = torch.Generator(x.device).manual_seed(0), (x[:, 0], x[:, 1])
    return lambda: [game.particle_step(a, b, dt=0.1, eta=1.0, generator=generator, **how)
                    for how in ({}, {"pairwise": True}, {"batch": 8})]


def flat(x):
    """Chains on a bowl, its landscape flattened."""
    def bowl(x):
        return (x**2).sum(-1) / 2, x

    theta = torch.full((len(x), 8), 1 / 8, device=x.device).log()
    state = contour.State(x, *bowl(x), theta, torch.ones_like(theta, dtype=torch.bool))
    return lambda: contour.contour_step(
        state, bowl, x, lr=0.1, u0=0.0, du=0.5, omega=0.1, domain=(-3.0, 3.0))


def learnt_normaliser(x):
    tau = torch.zeros(len(x), device=x.device, requires_grad=True)
    return lambda: energy.joint_loss(x[:, 0], x, tau, cap=5.0).mean().backward()


def pairs(loss, **how):
    """A step by all pairs at once, and by blocks of rows: on a CPU those compare their weights."""
    def step(x):
        a, b = (torch.nn.functional.normalize(x + s, dim=1).requires_grad_() for s in (0.0, 0.1))

        def go():
            loss(a, b, block=0, **how).mean().backward()
            with torch.set_grad_enabled(a.device.type != "cpu"):
                losses = loss(a, b, block=8, **how)
            if losses.requires_grad:
                losses.mean().backward()

        return go

    return step


def growing(x):
    """The sigmoid's sizes stay on the device; the ramp reads them, to compute no closed neuron."""
    crowd, y = nimble.born([0, 1], 2, 1, 4, device=x.device), x[:, :1].double()
    return lambda: nimble.gradient(crowd, x.double(), y, softness=0.5)


def entangling(x):
    h = x.clone().requires_grad_()

    def go():
        mixed = entangled.entangle_gradients(h * 2, x, lam=0.3)
        mixed.square().sum().backward()

    return go


STEPS = {
    "gradient": lambda x: lambda: descent.gradient_step(x, bowl(x), lr=0.1),
    "heavy ball": lambda x: lambda: descent.heavy_ball_step(
        descent.State(x, x), bowl(x), lr=0.1, momentum=0.5),
    "Nesterov": bound(descent.nesterov_step, bowl, lr=0.1, momentum=0.5,
                      state=lambda x: descent.State(x, x)),
    "stages": bound(multistage.step, bowl, lr=0.1, mu=0.5, state=multistage.State.at_rest),
    "last iterate": lambda x: lambda: multistage.last_iterate(bowl, x, [(0.1, 5)], mu=0.5),
    "MultistageASG": trained(multistage.MultistageASG, L=4.0, mu=1.0),
    "clip by norm": lambda x: lambda: clipping.clip_norm(x, 1.0),
    "clip by coordinate": lambda x: lambda: clipping.clip_coordinates(x, 1.0),
    "acclip_step": lambda x: lambda: clipping.acclip_step(clipping.State.at_rest(x), x, lr=0.1),
    "ACClip": trained(clipping.ACClip, lr=0.1),
    "ACClip, each by itself": trained(clipping.ACClip, lr=0.1, foreach=False),
    "ACClip, together": trained(clipping.ACClip, lr=0.1, foreach=True, alpha=1.5),
    "simultaneous": lambda x: lambda: games.simultaneous_gda(
        games.Players(x, x), coupled, h=0.1, eta=2.0),
    "alternating": lambda x: lambda: games.alternating_gda(
        games.Players(x, x), coupled, h=0.1, eta=2.0),
    "extragradient": lambda x: lambda: games.extragradient(
        games.Players(x, x), coupled, h=0.1, eta=2.0),
    "optimistic": lambda x: lambda: games.optimistic_gda(
        games.Memory(x, x, x, x), coupled, h=0.1, eta=2.0),
    "crowds": crowds,
    "flattened chains": flat,
    "learnt normaliser": learnt_normaliser,
    "InfoNCE": pairs(contrastive.info_nce),
    "NT-Xent": pairs(contrastive.nt_xent, temperature=0.5),
    "temperature-free": pairs(contrastive.temperature_free, alpha=2.0),
    "growing networks": growing,
    "entangled gradients": entangling,
}
every_step = pytest.mark.parametrize("name", STEPS)


def start(device="cpu"):
    return torch.randn(32, 2, generator=torch.Generator().manual_seed(0)).to(device)


@every_step
def test_a_step_reads_no_value_back(name):
    step = STEPS[name](start())
    with NoReading():
        step()


@pytest.mark.parametrize("name", ["InfoNCE", "NT-Xent", "temperature-free"])
def test_off_the_cpu_blocks_read_nothing_back_for_their_gradient(name):
    step = STEPS[name](start("meta"))
    with NoReading():
        step()


@pytest.mark.parametrize("read", [
    lambda x: x.sum().item(), lambda x: bool((x > 0).all()), lambda x: x[x > 0],
    lambda x: x.nonzero(), lambda x: torch.equal(x, x)])
def test_reading_is_seen(read):
    with pytest.raises(RuntimeError, match="waits for the device"), NoReading():
        read(start())


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@every_step
def test_a_step_never_waits_for_a_gpu(name):
    step = STEPS[name](start("cuda"))
    step()  # the first call may prepare
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
