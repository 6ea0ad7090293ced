"""T7 and T8: many contour chains, and plain Langevin ones, in a bowl with ripples, 100 bins."""

from math import cos, pi, sin

import torch

from benchmarks.harness import Group, Peer, Target

LR, TAU, ZETA, BINS = 1e-3, 1.0, 0.75, {"u0": -4.0, "du": 0.1, "m": 100}
ONES = torch.ones(2)
OWN, SHARED, ONE = "ContourSGLD, masses of its own", "ContourSGLD, shared masses", "one_chain"
PLAIN, NOISE = "sgld, gradient by hand", "noise alone"
AUTHORS = ("WayneDW/Contour-Stochastic-Gradient-Langevin-Dynamics, a public repository; mended for "
           "NumPy 2.4 it made 2,500 steps a second where plain Python made 271,000")
STEPWISE = "dozens of small operations a step, which a compiled loop makes one"
ASKED = ("a walk also asks for energies and gradients, which alone take longer than the noise; the "
         "target was set where 20,000 normals took 190 microseconds")
ENERGY, NEEDED = "energies and gradients alone", "noise, energies and gradients alone"
FEW = "A tensor library pays for each operation, a compiled scan does not: few chains feel it."
SCAN = "A compiled loop has no overhead for each operation, and few chains are nothing else."


def groups() -> list[Group]:
    """Return one chain, and crowds of chains, with and without contours."""
    from gradcourse.methods import contour  # noqa: F401 - not here: say so

    return [_single(), *(_chains(c) for c in (100, 1000, 10_000)),
            *(_langevin(c) for c in (100, 1000, 10_000))]


def _single() -> Group:
    blackjax = Peer("blackjax", lambda x: _blackjax(x, 1000), "jit and scan", SCAN)
    return Group("one contour chain", base="plain Python's random numbers alone",
                 inputs=lambda: torch.ones(1, 2), per=1000, ours=(ONE,),
                 variants={ONE: _one_chain, "ContourSGLD": lambda x: _contour(x, False, 1000),
                           "plain Python's random numbers alone": _numbers},
                 limits=("plain Python's random numbers alone",), seconds=20,
                 targets=(Target("T7", ONE, "the authors' solver", 1 / 50),),
                 peers={"blackjax, jit and scan": blackjax,
                        "the authors' solver": Peer("", None, AUTHORS),
                        "sgmcmcjax": Peer("SGMCMCJax", _sgmcmcjax, "no contours")})


def _chains(c: int) -> Group:
    scan, steps = "blackjax, vmap and scan", max(20, min(200, 100_000 // c))
    note = {1000: ("at least as many steps",), 10_000: ("at least 1.7 times as many steps",
                                                        "at least 2.2 times as many steps")}
    targets = {1000: (Target("T7", OWN, scan, 1.0, note=note[1000][0], why=STEPWISE),),
               10_000: (Target("T7", OWN, scan, 1 / 1.7, note=note[10_000][0], why=STEPWISE),
                        Target("T7", SHARED, scan, 1 / 2.2, note=note[10_000][1]))}
    return Group(f"{c:,} contour chains", base=NOISE, inputs=lambda: _starts(c), per=steps,
                 unit="step of all chains", ours=(OWN, SHARED), limits=(NOISE,), seconds=25,
                 note=FEW,
                 variants={OWN: lambda x: _contour(x, False, steps),
                           SHARED: lambda x: _contour(x, True, steps),
                           NOISE: lambda x: _noise(x, steps)},
                 targets=targets.get(c, ()),
                 peers={scan: Peer("blackjax", lambda x: _blackjax(x, steps),
                                   "drops the exponent of the masses' step: right at zeta = 1 only",
                                   SCAN)})


def _langevin(c: int) -> Group:
    ebm, scan, steps = "torchebm LangevinDynamics", "blackjax sgld, vmap and scan", 50
    targets = {1000: (Target("T8", PLAIN, ebm, 1 / 2, note="at least 2 times as many steps"),
                      Target("T8", PLAIN, scan, 1 / 1.5, note="at least 1.5 times as many steps",
                             why=ASKED)),
               10_000: (Target("T8", PLAIN, NOISE, 1 / 0.7, note="at least 0.7 of the limit",
                               why=ASKED),
                        Target("T8", PLAIN, NEEDED, 1 / 0.7, note="the same of all it asks for"))}
    return Group(f"{c:,} Langevin chains", base=NOISE, inputs=lambda: _starts(c), per=steps,
                 unit="step of all chains", ours=(PLAIN,), limits=(NOISE, NEEDED), seconds=25,
                 variants={PLAIN: lambda x: _sgld(x, steps),
                           "sgld, gradient by autograd": lambda x: _sgld_autograd(x, steps),
                           ENERGY: lambda x: lambda: [_by_hand(x) for _ in range(steps)],
                           NEEDED: lambda x: _needed(x, steps),
                           NOISE: lambda x: _noise(x, steps)},
                 targets=targets.get(c, ()),
                 peers={ebm: Peer("torchebm", lambda x: _torchebm(x, steps)),
                        scan: Peer("blackjax", lambda x: _blackjax_sgld(x, steps), "", SCAN),
                        "posteriors sgld": Peer("posteriors", lambda x: _posteriors(x, steps))})


def _starts(c: int):
    return torch.randn(c, 2, generator=torch.Generator().manual_seed(0))


def _value(x):
    return 0.2 * (x**2).sum(-1) - 2 * (2 * pi * x).cos().sum(-1)


def _by_hand(x):
    turned = x * (2 * pi)
    u = x.square().mul_(0.2).sub_(turned.cos(), alpha=2) @ ONES  # sum(-1) is slow on two
    return u, turned.sin_().mul_(4 * pi).add_(x, alpha=0.4)


def _contour(x, shared, steps):
    from gradcourse.methods.contour import ContourSGLD

    sampler = ContourSGLD(_by_hand, x, lr=LR, zeta=ZETA, shared=shared, **BINS)
    generator = torch.Generator().manual_seed(0)
    return lambda: sampler.run(steps, every=steps, generator=generator)


def _noise(x, steps):
    generator, out = torch.Generator().manual_seed(0), torch.empty_like(x)
    return lambda: [out.normal_(generator=generator) for _ in range(steps)]


def _needed(x, steps):
    noise = _noise(x, 1)
    return lambda: [(noise(), _by_hand(x)) for _ in range(steps)]


def _sgld(x, steps, energy=_by_hand):
    from gradcourse.methods.contour import sgld

    generator = torch.Generator().manual_seed(0)
    return lambda: sgld(energy, x, steps, lr=LR, every=steps, generator=generator)


def _sgld_autograd(x, steps):
    from gradcourse.methods.contour import with_gradient

    return _sgld(x, steps, with_gradient(_value))


def _numbers(x):
    from random import Random

    normal = Random(0).gauss
    return lambda: [(normal(0, 1), normal(0, 1)) for _ in range(1000)]


def _one_chain(x):
    from random import Random

    from gradcourse.methods.contour import one_chain

    def energy(point):
        a, b = point
        u = 0.2 * (a * a + b * b) - 2 * (cos(2 * pi * a) + cos(2 * pi * b))
        return u, (0.4 * a + 4 * pi * sin(2 * pi * a), 0.4 * b + 4 * pi * sin(2 * pi * b))

    normal = Random(0).gauss

    def walk():
        noise = [(normal(0, 1), normal(0, 1)) for _ in range(1000)]
        return one_chain(energy, [1.0, 1.0], noise, lr=LR, zeta=ZETA, **BINS)

    return walk


# Peers.


def _log_density(x, _=None):
    import jax.numpy as jnp

    return -(0.2 * jnp.sum(x**2) - 2 * jnp.sum(jnp.cos(2 * jnp.pi * x)))


def _blackjax(x, steps):
    import blackjax
    import jax
    import jax.numpy as jnp

    kernel = blackjax.csgld(_log_density, jax.grad(_log_density), zeta=ZETA,
                            num_partitions=BINS["m"], energy_gap=BINS["du"],
                            min_energy=BINS["u0"] - BINS["du"])
    states = jax.vmap(kernel.init)(jnp.asarray(x.numpy()))

    @jax.jit
    def walk(key, states):
        def one(states, key):
            keys = jax.random.split(key, len(x))
            move = jax.vmap(lambda k, s: kernel.step(k, s, 0.0, LR, 3e-3, TAU))
            return move(keys, states), None

        return jax.lax.scan(one, states, jax.random.split(key, steps))[0]

    key = jax.random.key(0)
    return lambda: jax.block_until_ready(walk(key, states))


def _blackjax_sgld(x, steps):
    import blackjax
    import jax
    import jax.numpy as jnp

    kernel, start = blackjax.sgld(jax.grad(_log_density)), jnp.asarray(x.numpy())

    @jax.jit
    def walk(key, start):
        def one(places, key):
            keys = jax.random.split(key, len(x))
            return jax.vmap(lambda k, p: kernel.step(k, p, 0.0, LR))(keys, places), None

        return jax.lax.scan(one, start, jax.random.split(key, steps))[0]

    key = jax.random.key(0)
    return lambda: jax.block_until_ready(walk(key, start))


def _torchebm(x, steps):
    from torchebm.core import BaseModel
    from torchebm.samplers import LangevinDynamics

    class Bowl(BaseModel):
        def forward(self, x):
            return _value(x)

    sampler = LangevinDynamics(Bowl(), step_size=LR)
    return lambda: sampler.sample(x=x, n_steps=steps)


def _posteriors(x, steps):
    from posteriors.sgmcmc import sgld

    transform = sgld.build(lambda p, _: (-_value(p).sum(), torch.tensor(0.0)), lr=LR)

    def walk():
        state = transform.init(x)
        for _ in range(steps):
            state, _ = transform.update(state, None)
        return state

    return walk


def _sgmcmcjax(x):
    from sgmcmcjax.samplers import build_sgld_sampler  # isort: skip; fails with a recent jax
    import jax
    import jax.numpy as jnp

    sampler = build_sgld_sampler(LR, _log_density, lambda p: 0.0, (jnp.zeros((1, 1)),), 1)
    key = jax.random.PRNGKey(0)
    return lambda: jax.block_until_ready(sampler(key, 1000, jnp.ones(2)))
