"""What every public method keeps: shape, dtype, device, its caller's inputs, and its word.

A row says how to call a method on inputs from `make(*shape)` and what comes back: a shape for a
tensor, `float` for a number, nested as the result is. A public method without a row fails.
"""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch

import gradcourse.methods
from gradcourse.methods.descent import State


class Row(NamedTuple):
    arguments: Callable  # make -> (args, kwargs)
    returns: Any  # shapes of the tensors and types of the numbers that come back


def tripled(y):
    return 3 * y


S, BETA = (3, 2), {"lr": 0.1, "momentum": 0.5}
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
}

MODULES = [
    importlib.import_module(f"gradcourse.methods.{m.name}")
    for m in pkgutil.iter_modules(gradcourse.methods.__path__)
]


def slug(module):
    return module.__name__.rpartition(".")[2]


def is_state(thing):
    return inspect.isclass(thing) and issubclass(thing, tuple) and hasattr(thing, "_fields")


METHODS = {
    f"{slug(module)}.{name}": getattr(module, name)
    for module in MODULES
    for name in module.__all__
    if callable(getattr(module, name)) and not is_state(getattr(module, name))
}


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


every_method = pytest.mark.parametrize("name", [n for n in METHODS if n in ROWS])
every_module = pytest.mark.parametrize("module", MODULES, ids=slug)


def test_every_public_method_has_a_row_and_every_row_a_method():
    assert set(ROWS) == set(METHODS)


@every_module
def test_all_lists_every_public_definition_of_its_module(module):
    defined = {
        node.name
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    assert set(module.__all__) == defined


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


@every_method
def test_docstring_holds_an_example_and_every_room_in_order(name):
    rooms = ["Args", "Returns", "Raises", "Accuracy", "Example", "Source",
             "Differs from the source"]
    found = re.findall(rf"^({'|'.join(rooms)}):$", inspect.getdoc(METHODS[name]), re.MULTILINE)
    assert {"Args", "Returns", "Example"} <= set(found)
    assert found == [room for room in rooms if room in found]


@every_module
def test_equation_tags_of_text_and_code_agree(module):
    """Each tagged equation of the docstring ends a line of code, and the other way round."""
    code = inspect.getsource(module).replace(module.__doc__, "")
    ends_of_lines = re.findall(r"  # .*?(\(\d\.\d+\))$", code, re.MULTILINE)
    ends_of_equations = re.findall(r" {2}(\(\d\.\d+\))$", module.__doc__, re.MULTILINE)
    assert set(ends_of_lines) == set(ends_of_equations) != set()
