"""What every public method keeps: shape, dtype, device, its caller's inputs, and its word.

A row says how to call a method on inputs from `make(*shape)` and what comes back: a shape for a
tensor, `float` for a number, nested as the result is. A public method without a row fails.
"""

import ast
import copy
import importlib
import inspect
import pickle
import pkgutil
import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

import gradcourse.methods
from gradcourse.methods import clipping, contour, energy, entangled, games, multistage, nimble
from gradcourse.methods.descent import State
from gradcourse.models import Crowd, LanguageModel


class Row(NamedTuple):
    arguments: Callable  # make -> (args, kwargs)
    returns: Any  # shapes of the tensors and types of the numbers that come back
    reads: bool = False  # refuses some values, so its inputs must hold numbers
    use: Callable = lambda made, make: made  # what to do with an object that comes back


def tripled(y):
    return 3 * y


def coupled(x, y):
    return y, x - y


def seeded():
    return torch.Generator().manual_seed(0)


def net_of(make):
    """Make two small language models, of the dtype and on the device that are asked for."""
    nets = [LanguageModel(5, 4, width=4, layers=2, generator=seeded()) for _ in "ab"]
    return Crowd(nets).to(make(1))


BATCHES = torch.randint(5, (4, 2, 3, 4), generator=seeded())


def bowl(x):
    return (x**2).sum(-1) / 2, x


def crowd(make):
    return nimble.Crowd(make(2, 4, 3), make(2, 1), make(2))


def following(make):
    """Return the dtype and device of what `make` makes."""
    like = make(1)
    return {"dtype": like.dtype, "device": like.device}


def chance(make):
    """Return a seeded generator on the device, where one can be."""
    device = make(1).device
    return {} if device.type == "meta" else {"generator": torch.Generator(device).manual_seed(0)}


S, BETA = (3, 2), {"lr": 0.1, "momentum": 0.5}
PLAN, STAGES = {"lr": 0.5, "mu": 0.5}, [(0.5, 3), (0.1, 4)]
CROWD = nimble.Crowd((2, 4, 3), (2, 1), (2,))
BINS, WALK = {"u0": 0.0, "du": 0.5}, contour.Trace((6, *S), (6, 3), (6, 3), (3,), str)
PAYOFF = games.Payoff(*[types.FunctionType] * 5)
ROWS = {
    "descent.gradient_step": Row(lambda make: ((make(*S), make(*S)), {"lr": 0.1}), S),
    "descent.heavy_ball_step": Row(
        lambda make: ((State(make(*S), make(*S)), make(*S)), BETA), State(S, S)
    ),
    "descent.nesterov_step": Row(
        lambda make: ((State(make(*S), make(*S)), tripled), BETA), State(S, S)
    ),
    "descent.rate": Row(lambda make: ((make(5, 4), make(5), 0.5), {"nesterov": True}), (5,)),
    "descent.largest_lr": Row(lambda make: ((4.0, 0.5), {}), float),
    "descent.best_lr": Row(lambda make: ((1.0, 9.0), {}), float),
    "descent.best_pair": Row(lambda make: ((1.0, 9.0), {}), (float, float)),
    "multistage.momentum": Row(lambda make: ((1.0, 0.25), {}), float),
    "multistage.step": Row(
        lambda make: ((multistage.State(make(*S), make(*S)), tripled), PLAN), multistage.State(S, S)
    ),
    "multistage.restart": Row(
        lambda make: ((multistage.State(make(*S), make(*S)),), {}), multistage.State(S, S)
    ),
    "multistage.run": Row(
        lambda make: ((tripled, make(*S), STAGES), {"mu": 0.5}), multistage.Run((8, *S), str)
    ),
    "multistage.last_iterate": Row(
        lambda make: ((tripled, make(*S), STAGES), {"mu": 0.5}), S
    ),
    "multistage.lyapunov": Row(
        lambda make: ((multistage.State(make(*S), make(*S)), make(3)), PLAN), (3,)
    ),
    "multistage.lyapunov_bound": Row(lambda make: ((make(3),), PLAN | {"L": 2.0}), (3,)),
    "multistage.stages": Row(lambda make: ((4.0, 1.0, 5, 7), {}), list),
    "multistage.stage_bound": Row(
        lambda make: ((2, 4.0, 1.0, 5), {"gap": 1.0, "variance": 1.0}), float
    ),
    "multistage.switch_universal": Row(lambda make: ((4.0, 1.0), {}), int),
    "multistage.switch_short": Row(lambda make: ((4.0, 1.0), {}), int),
    "multistage.switch_informed": Row(
        lambda make: ((4.0, 1.0), {"gap": 9.0, "variance": 1.0}), int
    ),
    "multistage.floor": Row(lambda make: ((make(4), 0.5, 0.5, make(4)), {}), (), reads=True),
    "multistage.expected_gap": Row(
        lambda make: ((make(4), make(4), make(4), STAGES, 0.5), {"counts": [0, 3, 7]}),
        ((3,), (3,)), reads=True,
    ),
    "multistage.expected_average": Row(
        lambda make: ((make(4), make(4), make(4), 0.5), {"counts": [0, 3, 7]}),
        ((3,), (3,)), reads=True,
    ),
    "multistage.expected_run": Row(
        lambda make: (
            (lambda s, grad, k: (s[0] - grad(s[0]) / 2,), make(4), (make(4),), make(4)),
            {"counts": [0, 3]},
        ),
        ((2,), (2,)), reads=True,
    ),
    "multistage.acsa_step": Row(
        lambda make: ((multistage.TwoPoints(make(*S), make(*S)), tripled),
                      {"L": 4.0, "mu": 1.0, "k": 3}),
        multistage.TwoPoints(S, S),
    ),
    "multistage.decaying_lr": Row(lambda make: ((3, 4.0, 1.0), {}), float),
    "multistage.tail_average": Row(lambda make: ((make(9, *S),), {}), S),
    "clipping.clip_norm": Row(lambda make: ((make(*S), 0.7), {}), S),
    "clipping.clip_coordinates": Row(lambda make: ((make(*S), 0.7), {}), S),
    "clipping.clip_bounds": Row(
        lambda make: ((make(5),), {"alpha": 1.5, "moment": 2.0}), ((5,), (5,))
    ),
    "clipping.threshold": Row(lambda make: ((make(5),), {"alpha": 1.5, "scale": 2.0}), (5,)),
    "clipping.rate_exponent": Row(lambda make: ((1.5,), {}), float),
    "clipping.acclip_step": Row(
        lambda make: ((clipping.State(make(*S), make(*S), make(*S)), make(*S)), {"lr": 0.1}),
        clipping.State(S, S, S),
    ),
    "clipping.tail_index": Row(lambda make: ((make(3, 9), 4), {}), clipping.Tail((3,), (3,), (3,))),
    "clipping.kurtosis": Row(lambda make: ((make(3, 9),), {}), (3,)),
    **{
        f"games.{name}": Row(
            lambda make: ((games.Players(make(*S), make(*S)), coupled), {"h": 0.1, "eta": 2.0}),
            games.Players(S, S),
        )
        for name in ("simultaneous_gda", "alternating_gda", "extragradient")
    },
    "games.optimistic_gda": Row(
        lambda make: ((games.Memory(make(*S), make(*S), make(*S), make(*S)), coupled),
                      {"h": 0.1, "eta": 2.0}),
        games.Memory(S, S, S, S),
    ),
    "games.play": Row(
        lambda make: ((games.optimistic_gda, coupled, make(*S), make(*S), 5),
                      {"h": 0.1, "eta": 2.0}),
        games.Match((6, *S), (6, *S), str),
    ),
    "games.QuadraticGame": Row(
        lambda make: ((make(2).diag(), make(2, 3), make(3).diag()), {}), games.QuadraticGame,
        reads=True,
    ),
    "games.best_ratio": Row(lambda make: ((1.0, 2.0), {}), float),
    "games.largest_ratio": Row(lambda make: ((1.0, 2.0, 0.5), {}), float),
    "games.MeanFieldGame": Row(
        lambda make: ((games.wavy_payoff(), 0.5, 8), {}), games.MeanFieldGame
    ),
    "games.circle_distance": Row(lambda make: ((make(3, 8), make(8)), {}), (3,)),
    "entangled.entanglement": Row(lambda make: ((make(2, *S), make(2, *S)), {}), (2,)),
    "entangled.mixing": Row(lambda make: ((make(2, *S),), {}), (2, 3, 3)),
    **{
        f"entangled.{name}": Row(
            lambda make: ((make(2, *S), make(2, *S)), {"lam": 0.3}), (2, *S)
        )
        for name in ("mapped_gradient", "fused_gradient", "entangle_gradients", "forward_shift")
    },
    "entangled.shuffled": Row(lambda make: ((make(2, *S),), {"generator": seeded()}), (2, *S)),
    "entangled.sampled_labels": Row(
        lambda make: ((make(2, *S),), {"generator": seeded()}), torch.Tensor, reads=True
    ),
    "entangled.train": Row(lambda make: ((net_of(make), BATCHES), {"lr": 0.1}),
                           entangled.Trace((4, 2), (4, 2)), reads=True),
    "entangled.nats": Row(lambda make: ((net_of(make), BATCHES[0]), {}), (2,), reads=True),
    "entangled.hidden_states": Row(lambda make: ((net_of(make), BATCHES[0]), {}),
                                   ((2, 3, 4, 4), (2, 3, 4, 4)), reads=True),
    "games.wavy_payoff": Row(lambda make: ((), {}), PAYOFF),
    "games.tilted_payoff": Row(lambda make: ((), {}), PAYOFF),
    "contrastive.log_odds": Row(lambda make: ((make(*S) - 1,), {"alpha": 2.0}), S),
    "contrastive.local_temperature": Row(lambda make: ((make(*S) - 1,), {}), S),
    "contrastive.learnt_temperature": Row(lambda make: ((make(),), {}), ()),
    "contrastive.pair_loss": Row(
        lambda make: ((make(4, 5),), {"own": make(4).long() + 3}), (4,)
    ),
    "contrastive.info_nce": Row(lambda make: ((make(4, 3), make(4, 3)), {}), (4,)),
    "contrastive.temperature_free": Row(lambda make: ((make(4, 3), make(4, 3)), {}), (4,)),
    "contrastive.nt_xent": Row(lambda make: ((make(4, 3), make(4, 3)), {}), (8,)),
    "contrastive.gather_rows": Row(lambda make: ((make(*S),), {}), (S, int)),
    "contrastive.pull": Row(lambda make: ((make(4), make(5) - 0.8), {"alpha": 2.0}), (4,)),
    "contrastive.release_cosine": Row(
        lambda make: ((make(3, 5) - 0.8,), {"temperature": 0.1}), (3,)
    ),
    "contrastive.release_at_random": Row(lambda make: ((64, 32, 0.1), {}), float),
    "contrastive.alignment": Row(lambda make: ((make(4, 3), make(4, 3)), {}), ()),
    "contrastive.uniformity": Row(lambda make: ((make(4, 3),), {}), ()),
    "contrastive.neighbour_accuracy": Row(
        lambda make: ((make(9, 3), make(9).long(), make(4, 3), make(4).long()), {}), ()
    ),
    "contrastive.probe_accuracy": Row(
        lambda make: ((make(9, 3), make(9).long(), make(4, 3), make(4).long()), {}), ()
    ),
    "contrastive.augment": Row(
        lambda make: ((make(3, 64),), {"generator": torch.Generator().manual_seed(0)}), (3, 64)
    ),
    "nimble.ramp_mask": Row(lambda make: ((make(*S), 4), {}), (*S, 4)),
    "nimble.sigmoid_mask": Row(lambda make: ((make(*S), 4), {"softness": 0.3}), (*S, 4)),
    "nimble.size_loss": Row(lambda make: ((make(*S),), {"target": 3.0}), S),
    "nimble.size_gradient": Row(lambda make: ((make(4), make(5, 4), make(4, 2), make(5, 2)), {}),
                                ()),
    "nimble.open_loop_size": Row(lambda make: ((3, 0.5, 6.0, 9), {}), float),
    "nimble.size_path": Row(lambda make: ((0.1, 3, 0.5, 6.0), {}), list),
    "nimble.NimbleMLP": Row(
        lambda make: ((2, 1, 4), {"generator": torch.Generator().manual_seed(0)}), nimble.NimbleMLP
    ),
    "nimble.MaskController": Row(lambda make: ((4,), {}), nimble.MaskController),
    "nimble.born": Row(
        lambda make: (([0, 1], 1, 1, 4), {"dtype": make(1).dtype, "device": make(1).device}), CROWD
    ),
    "nimble.predict": Row(lambda make: ((crowd(make), make(5, 1)), {}), (2, 5, 1)),
    "nimble.gradient": Row(
        lambda make: ((crowd(make), make(5, 1), make(5, 1)), {}), ((2,), CROWD)
    ),
    "nimble.train": Row(
        lambda make: ((crowd(make), make(5, 1), make(5, 1)),
                      {"steps": 3, "lr": 0.1, "lr_size": 0.1, "target": 4.0}),
        nimble.Trained(CROWD, (4, 2), (3, 2)),
    ),
    "nimble.prune": Row(
        lambda make: ((crowd(make), make(5, 1), 2), {}), nimble.Crowd((2, 2, 3), (2, 1), (2,))
    ),
    "contour.bin_of": Row(lambda make: ((make(3, 4),), BINS | {"m": 5}), torch.Tensor),
    "contour.place": Row(
        lambda make: ((make(5).log(), make(3, 4)), BINS),
        contour.Place(torch.Tensor, (3, 4), (3, 4), (3, 4)),
    ),
    "contour.log_psi": Row(lambda make: ((make(3, 5).log(), make(4, 3)), BINS), (4, 3)),
    "contour.multiplier": Row(
        lambda make: ((make(5).log(), make(3)), BINS | {"zeta": 0.5, "temperature": 2.0}), (3,)
    ),
    "contour.importance_weights": Row(
        lambda make: ((make(3, 5), make(4, 3)), BINS | {"zeta": 0.5}), (4, 3)
    ),
    "contour.sgld_step": Row(lambda make: ((make(*S), make(*S), make(*S)), {"lr": 0.1}), S),
    **{
        f"contour.{name}": Row(
            lambda make, more=more: ((bowl, make(*S), 12),
                                     {"lr": 0.1, "every": 2, "generator": seeded()} | more), WALK
        )
        for name, more in (("sgld", {"domain": (-2.0, 2.0)}), ("cyclic_sgld", {"cycles": 3}),
                           ("replica_exchange_sgld", {"hot": 3.0}))
    },
    "contour.cyclic_lr": Row(lambda make: ((3, 9), {"lr": 0.1, "cycles": 3}), float),
    "contour.contour_step": Row(
        lambda make: ((contour.State(make(*S), make(3), make(*S), make(3, 5).log(),
                                     make(3, 5) > 0), bowl, make(*S)),
                      BINS | {"lr": 0.1, "omega": 0.1}),
        contour.State(S, (3,), S, (3, 5), torch.Tensor),
    ),
    "contour.ContourSGLD": Row(
        lambda make: ((bowl, make(*S)), BINS | {"lr": 0.1, "m": 5, "theta": make(5)}),
        WALK, use=lambda sampler, make: sampler.run(12, every=2, generator=seeded()),
    ),
    "contour.one_chain": Row(
        lambda make: ((lambda x: (x[0] ** 2 / 2, x), [1.0], [[0.5]] * 3),
                      BINS | {"lr": 0.1, "m": 5}), (list, list, list)
    ),
    "contour.gain": Row(lambda make: ((10**5,), {}), float),
    "contour.with_gradient": Row(
        lambda make: ((lambda x: (x**4).sum(-1),), {}), ((3,), S),
        use=lambda energy, make: energy(make(*S)),
    ),
    "contour.weighted_mean": Row(lambda make: ((make(9, 3), make(9, 3)), {}), (3,)),
    "contour.effective_sample_size": Row(lambda make: ((make(9, 3),), {}), (3,)),
    "contour.batch_means_error": Row(
        lambda make: ((make(9, 3), make(9, 3)), {"batches": 4}), (3,)
    ),
    "contour.resample": Row(
        lambda make: ((make(9), 5), {"generator": seeded()}), torch.Tensor
    ),
    "contour.bin_masses": Row(lambda make: ((make(9), make(9)), BINS | {"m": 5}), (5,)),
    "contour.flattened": Row(lambda make: ((make(9), make(9), 0.5), {}), (9,)),
    "contour.sample_share": Row(lambda make: ((make(9), make(9)), {}), ()),
    "contour.mean_field": Row(
        lambda make: ((make(9), make(9), make(5)), BINS | {"zeta": 0.5}), (5,)
    ),
    "contour.published_fixed_point": Row(
        lambda make: ((make(90) / 90, make(90)), BINS | {"zeta": 0.5, "m": 5}), (5,), reads=True
    ),
    "contour.euler_law": Row(
        lambda make: ((make(9).cumsum(0), make(9)), {"lr": 0.1}), (9,)
    ),
    "energy.joint_loss": Row(lambda make: ((make(3, 2), make(3, 2, 5), make(3, 2)), {}), (3, 2)),
    "energy.conjugate": Row(lambda make: ((make(*S), "entmax"), {}), S),
    "energy.ratio": Row(lambda make: ((make(*S), "sparsemax"), {}), S),
    "energy.excess": Row(lambda make: ((make(*S),), {}), S),
    "energy.tau_bias": Row(lambda make: ((0.1, 2.0, 5), {}), float),
    "energy.log_mean_bias": Row(lambda make: ((2.0, 5), {}), float),
    "energy.log_mean_loss": Row(lambda make: ((make(3), make(3, 5)), {}), (3,)),
    "energy.nce_loss": Row(lambda make: ((make(3), make(3, 5), make(3)), {}), (3,)),
    "energy.min_max_losses": Row(
        lambda make: ((make(3), make(3, 5), make(3, 5), -2.0), {}), ((3,), (3,))
    ),
    "energy.fenchel_young_loss": Row(
        lambda make: ((make(2, 3), make(2, 3), make(3, 3)), {}), (2,)
    ),
    "energy.log_partition_unary": Row(lambda make: ((make(*S),), {}), (3,)),
    "energy.second_moment_unary": Row(lambda make: ((make(*S),), {}), (3,)),
    "energy.log_partition_enumerated": Row(lambda make: ((make(*S), make(2)), {}), (3,)),
    "energy.log_partition_pairwise": Row(lambda make: ((make(3, 6), 3), {}), (3,)),
    "energy.log_partition_permutations": Row(lambda make: ((make(3, 4), make(4)), {}), (3,)),
    "energy.log_partition_matchings": Row(lambda make: ((make(2, 3, 3),), {}), (2,)),
    "energy.normaliser": Row(
        lambda make: ((make(3, 9), "sparsemax"), {}), energy.Normaliser((3,), (3,)), reads=True
    ),
    "energy.pair_features": Row(lambda make: ((make(2, 3),), {}), (2, 6)),
    "energy.all_binary": Row(lambda make: ((3,), following(make)), (8, 3)),
    "energy.all_rankings": Row(lambda make: ((3,), following(make)), (6, 3)),
    "energy.uniform_binary": Row(lambda make: (S, following(make) | chance(make)), S),
    "energy.uniform_permutations": Row(lambda make: (S, following(make) | chance(make)), S),
    "energy.bernoulli": Row(lambda make: ((make(*S), 5), chance(make)), (3, 5, 2)),
    "energy.bernoulli_log_prob": Row(lambda make: ((make(*S) / 2, make(3, 5, 2)), {}), (3, 5)),
    "energy.plackett_luce": Row(lambda make: ((make(*S), 5), chance(make)), (3, 5, 2)),
    "energy.plackett_luce_log_prob": Row(lambda make: ((make(*S), make(3, 5, 2)), {}), (3, 5)),
    "energy.gibbs": Row(
        lambda make: ((make(*S), make(*S), make(2, 2)), {"moves": 4} | chance(make)), S, reads=True
    ),
    "energy.swap_chain": Row(
        lambda make: ((make(*S), make(*S)), {"moves": 4} | chance(make)), S
    ),
    "energy.map_unary": Row(lambda make: ((make(*S),), {}), S),
    "energy.map_pairwise": Row(lambda make: ((make(*S), make(2, 2)), {}), S, reads=True),
    "energy.map_ranking": Row(lambda make: ((make(*S),), {}), S),
    "energy.map_matching": Row(lambda make: ((make(2, 3, 3),), {}), (2, 3), reads=True),
}
OPTIMIZERS = {
    "multistage.MultistageASG": lambda params: multistage.MultistageASG(
        params, L=8.0, mu=4.0, n1=2
    ),
    "clipping.ACClip": lambda params: clipping.ACClip(params, lr=0.6, betas=(0.5, 0.6)),
    "nimble.NimbleAdam": lambda params: nimble.NimbleAdam(params, lr=0.15, betas=(0.5, 0.9)),
    "games.TwoTimescaleGDA": lambda params: games.TwoTimescaleGDA(
        params, [], lr=0.05, rule="optimistic"
    ),
}

MODULES = [
    importlib.import_module(f"gradcourse.methods.{m.name}")
    for m in pkgutil.iter_modules(gradcourse.methods.__path__)
]


def slug(module):
    return module.__name__.rpartition(".")[2]


def is_state(thing):
    return inspect.isclass(thing) and issubclass(thing, tuple) and hasattr(thing, "_fields")


def is_optimizer(thing):
    return inspect.isclass(thing) and issubclass(thing, torch.optim.Optimizer)


def files(module):
    """Read a method's module, or every module of its package."""
    path = Path(module.__file__)
    paths = sorted(path.parent.glob("*.py")) if path.name == "__init__.py" else [path]
    return [p.read_text("utf-8") for p in paths]


PUBLIC = {
    f"{slug(module)}.{name}": getattr(module, name)
    for module in MODULES
    for name in module.__all__
    if callable(getattr(module, name)) and not is_state(getattr(module, name))
}
METHODS = {name: thing for name, thing in PUBLIC.items() if not is_optimizer(thing)}


def seeded():
    return torch.Generator().manual_seed(0)


def maker(dtype=torch.float64, device="cpu"):
    generator = torch.Generator().manual_seed(0)

    def make(*shape):
        return torch.rand(shape, generator=generator, dtype=dtype).to(device) + 0.5

    return make


def leaves(tree):
    """Flatten nested tuples, but keep a shape whole."""
    is_shape = isinstance(tree, tuple) and all(type(n) is int for n in tree)
    if not isinstance(tree, tuple) or is_shape:
        return [tree]
    return [leaf for branch in tree for leaf in leaves(branch)]


def tensors(tree):
    return [leaf for leaf in leaves(tree) if torch.is_tensor(leaf)]


def call(name, **options):
    make = maker(**options)
    args, kwargs = ROWS[name].arguments(make)
    return ROWS[name].use(METHODS[name](*args, **kwargs), make)


documented = pytest.mark.parametrize("name", PUBLIC)
every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)
every_method = pytest.mark.parametrize("name", [n for n in METHODS if n in ROWS])
every_module = pytest.mark.parametrize("module", MODULES, ids=slug)


def test_every_public_method_has_a_row_and_every_row_a_method():
    assert set(ROWS) == set(METHODS)
    assert set(OPTIMIZERS) == set(PUBLIC) - set(METHODS)


@every_module


def test_all_lists_every_public_definition_of_its_module(module):
    """In a package each module's __all__ counts; what it leaves out is for its neighbours."""
    listed, defined = set(), set()
    for tree in map(ast.parse, files(module)):
        names = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        }
        lists = [
            set(ast.literal_eval(node.value))
            for node in tree.body
            if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"
        ]
        listed |= lists[0]
        defined |= names
    assert set(module.__all__) == listed and listed <= defined
    assert hasattr(module, "__path__") or listed == defined


@every_method
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def test_shapes_and_dtypes(name, dtype):
    got, want = leaves(call(name, dtype=dtype)), leaves(ROWS[name].returns)
    assert len(got) == len(want)
    for value, spec in zip(got, want, strict=True):
        if isinstance(spec, tuple):
            assert (tuple(value.shape), value.dtype) == (spec, dtype)
        else:
            assert type(value) is spec


@every_method
@pytest.mark.parametrize(
    "device",
    [
        "meta",  # holds shapes without numbers: a tensor made on the CPU on the way shows
        pytest.param("cuda", marks=pytest.mark.cuda),
    ],
)


def test_device_follows_the_inputs(name, device):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU here")
    if device == "meta" and ROWS[name].reads:
        pytest.skip("reads the values of its inputs")
    for value in tensors(call(name, device=device)):
        assert value.device.type == device


@every_method


def test_inputs_are_untouched(name):
    args, kwargs = ROWS[name].arguments(maker())
    inputs = tensors((args, tuple(kwargs.values())))
    before = [(t.clone(), t._version) for t in inputs]
    METHODS[name](*args, **kwargs)
    for t, (value, version) in zip(inputs, before, strict=True):
        assert torch.equal(t, value) and t._version == version


@every_method


def test_same_inputs_give_the_same_bits(name):
    for one, two in zip(leaves(call(name)), leaves(call(name)), strict=True):
        assert same(one, two)


def same(one, two):
    if isinstance(one, torch.nn.Module):
        pairs = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
        return all(torch.equal(a, b) for a, b in pairs)
    return torch.equal(one, two) if torch.is_tensor(one) else one == two


def trained(optimizer, params, steps):
    """Take steps on a bowl of curvatures 4 and 8, known by the parameters' values alone."""
    for _ in range(steps):
        optimizer.zero_grad()
        sum((torch.tensor([2.0, 4.0], dtype=p.dtype) * p**2).sum() for p in params).backward()
        optimizer.step()
    return [p.detach().clone() for p in params]


def parameters(dtype=torch.float64):
    make = maker(dtype)
    return [torch.nn.Parameter(make(3, 2)), torch.nn.Parameter(make(2))]


@every_optimizer
@pytest.mark.parametrize("way", ["state_dict", "deepcopy", "pickle"])
@pytest.mark.parametrize("before", [1, 2, 5])


def test_a_stopped_optimizer_goes_on_bit_for_bit(name, way, before):
    params = parameters()
    optimizer = OPTIMIZERS[name](params)
    trained(optimizer, params, before)
    if way == "state_dict":
        others = [torch.nn.Parameter(p.detach().clone()) for p in params]
        other = OPTIMIZERS[name](others)
        other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    elif way == "deepcopy":
        other, others = copy.deepcopy((optimizer, params))
    else:
        other, others = pickle.loads(pickle.dumps((optimizer, params)))
    for one, two in zip(trained(optimizer, params, 9), trained(other, others, 9), strict=True):
        assert torch.equal(one, two)


@every_optimizer
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def test_an_optimizer_keeps_dtypes_and_lowers_a_bowl(name, dtype):
    params = parameters(dtype)
    start, end = parameters(dtype), trained(OPTIMIZERS[name](params), params, 20)
    for one, two in zip(start, end, strict=True):
        assert two.dtype == dtype and two.norm() < one.norm() / 10


@documented


def test_docstring_holds_an_example_and_every_room_in_order(name):
    rooms = ["Args", "Returns", "Raises", "Accuracy", "Example", "Source",
             "Differs from the source"]
    found = re.findall(rf"^({'|'.join(rooms)}):$", inspect.getdoc(PUBLIC[name]), re.MULTILINE)
    assert {"Args", "Returns", "Example"} <= set(found)
    assert found == [room for room in rooms if room in found]


@every_module


def test_equation_tags_of_text_and_code_agree(module):
    """Each tagged equation of the docstring ends a line of code, and the other way round."""
    code = "\n".join(files(module)).replace(module.__doc__, "")
    ends_of_lines = re.findall(r"  # .*?(\(\d\.\d+\))$", code, re.MULTILINE)
    ends_of_equations = re.findall(r" {2}(\(\d\.\d+\))$", module.__doc__, re.MULTILINE)
    assert set(ends_of_lines) == set(ends_of_equations) != set()
