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
from gradcourse.methods import clipping, energy, games, multistage
from gradcourse.methods.descent import State


class Row(NamedTuple):
    arguments: Callable  # make -> (args, kwargs)
    returns: Any  # shapes of the tensors and types of the numbers that come back
    reads: bool = False  # refuses some values, so its inputs must hold numbers


def tripled(y):
    return 3 * y


def coupled(x, y):
    return y, x - y


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
PAYOFF = games.Payoff(*[types.FunctionType] * 3)
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
    "games.wavy_payoff": Row(lambda make: ((), {}), PAYOFF),
    "games.tilted_payoff": Row(lambda make: ((), {}), PAYOFF),
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
    args, kwargs = ROWS[name].arguments(maker(**options))
    return METHODS[name](*args, **kwargs)


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
        assert torch.equal(one, two) if torch.is_tensor(one) else one == two


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
