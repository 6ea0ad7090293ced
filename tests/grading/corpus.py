"""Submissions with the outcome each must have. RED_TEAM.md says how to add one.

A case is a list of code cells, put after the page's own setup. It is judged on `descent.1`
(`gradient_step`, 1 point) unless it names another exercise. `WRONG` earns nothing by itself, so a
point in a case that uses it would be a break-in.
"""

import json
from typing import NamedTuple

GOOD = '''def gradient_step(x, g, *, lr):
    if not lr > 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    return x - lr * g
'''
WRONG = '''def gradient_step(x, g, *, lr):
    x += 1
    return 0.5 * x
'''
BALL = '''def heavy_ball(grad, x0, *, lr, momentum, steps):
    x, v, rows = x0, torch.zeros_like(x0), [x0]
    for _ in range(steps):
        v = momentum * v + grad(x)
        x = x - lr * v
        rows.append(x)
    return torch.stack(rows)
'''
SETUP = "import torch\nfrom gradcourse.lab import begin, check\npage = begin('00_descent')\n"


class Case(NamedTuple):
    """One submission and what it must earn."""

    name: str
    cells: list
    points: float = 0.0
    state: str = "graded"
    reason: str = ""  # a part of what the instructor is told
    exercise: str = "descent.1"


def within(body):
    """Put lines at the start of a function that then gives a wrong answer."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return "def gradient_step(x, g, *, lr):\n    x += 1\n" + lines + "    return 0 * x\n"


def notebook(cells, **changes):
    """Make a notebook's bytes; a cell is code, or (kind, source)."""
    made = [{"cell_type": kind, "metadata": {}, "source": source, "id": f"c{n}"}
            for n, (kind, source) in enumerate(
                (cell if isinstance(cell, tuple) else ("code", cell)) for cell in cells)]
    page = {"nbformat": 4, "nbformat_minor": 5, "cells": made,
            "metadata": {"language_info": {"name": "python"}}}
    return json.dumps(page | changes).encode()


FULL = [
    Case("plain", [GOOD], 1),
    Case("another style", [GOOD.replace("x - lr * g", "torch.add(x, g, alpha=-lr)")], 1),
    Case("a lambda helper", ["move = lambda x, d: x - d",
                             GOOD.replace("x - lr * g", "move(x, lr * g)")], 1),
    Case("writes to stderr", ["import sys, warnings", GOOD +
                              "print('careful', file=sys.stderr)\nwarnings.warn('x')"], 1),
    Case("warns inside", [GOOD.replace("    return", "    import warnings\n"
                                       "    warnings.warn('slow')\n    return")], 1),
    Case("ends with a number", [GOOD + "0.25"], 1),
    Case("prints 100 MB", ["import sys\nfor _ in range(100):\n    sys.stdout.write('a' * 2**20)",
                           GOOD], 1),
    Case("prints inside", [GOOD.replace("    return", "    print('a' * 2**22)\n    return")], 1),
    Case("stderr by number", ["import os\nfor _ in range(50):\n    os.write(2, b'a' * 2**20)",
                              GOOD], 1),
    Case("helper in another cell", ["def down(g, lr):\n    return lr * g",
                                    GOOD.replace("lr * g", "down(g, lr)")], 1),
    Case("import in the first cell only", ["import numpy as np", GOOD], 1),
    Case("an error in another cell", ["1 / 0", GOOD, "undefined_name"], 1),
    Case("a syntax error in another cell", ["def broken(:\n", GOOD], 1),
    Case("line magics", ["%matplotlib inline\n!pip install torch\n", "%timeit 1\n" + GOOD], 1),
    Case("cell magic time", ["%%time\n" + GOOD], 1),
    Case("a shell cell", ["%%bash\nrm -rf /", GOOD], 1),
    Case("assigned magics", ["files = !ls\nt = %time 1\n" + GOOD], 1),
    Case("help with a question mark", ["torch.add?\n" + GOOD], 1),
    Case("get_ipython", ["get_ipython().run_line_magic('matplotlib', 'inline')\n" + GOOD], 1),
    Case("plots", ["import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n" + GOOD], 1),
    Case("widgets", ["from ipywidgets import interact\ninteract(lambda a: a, a=3)", GOOD], 1),
    Case("display", ["display('x')\n" + GOOD], 1),
    Case("its own checks and asserts", [GOOD, "check('descent.1', gradient_step)\nassert False"],
         1),
    Case("split in two", [GOOD[:GOOD.index("    return")], GOOD[GOOD.index("    return"):]], 1),
    Case("split in three", ["def gradient_step(x, g, *, lr):", *GOOD.split("\n", 1)[1].rsplit(
        "    return", 1)[:1], "    return x - lr * g"], 1),
    Case("copied", [GOOD, GOOD], 1),
    Case("copied with another layout", [GOOD, GOOD.replace("x - lr * g", "(x - lr*g)")], 1),
    Case("a stub below", [GOOD, "def gradient_step(x, g, *, lr):\n"
                          "    raise NotImplementedError('descent.1: not started')"], 1),
    Case("retyped as markdown", [("markdown", GOOD)], 1),
    Case("fenced in markdown", [("markdown", f"```python\n{GOOD}```")], 1),
    Case("raw", [("raw", GOOD)], 1),
    Case("before its imports", [GOOD, "import torch"], 1),
    Case("a long loop above", ["while True:\n    pass", GOOD], 1),
    Case("a loop in its own cell", [GOOD + "\nwhile True:\n    pass"], 1),
    Case("ends the worker above", ["import os\nos._exit(0)", GOOD], 1),
    Case("exits above", ["raise SystemExit", GOOD], 1),
    Case("network above", ["import socket\nsocket.create_connection(('192.0.2.1', 80))", GOOD], 1),
    Case("numpy answer", [GOOD.replace("return x - lr * g", "return (x - lr * g).numpy()")], 1),
    Case("parameter answer", [GOOD.replace("return x - lr * g",
                                           "return torch.nn.Parameter(x - lr * g)")], 1),
    Case("a class as helper", ["from dataclasses import dataclass\n@dataclass\nclass Step:\n"
                               "    lr: float\n    def of(self, g): return self.lr * g",
                               GOOD.replace("lr * g", "Step(lr).of(g)")], 1),
    Case("writes a file of its own", ["open('notes.txt', 'w').write('x')\n" + GOOD], 1),
    Case("a sum of two hundred terms", ["total = 0" + " + 1" * 200, GOOD], 1),
    Case("markdown as large as a book", [("markdown", "words " * 10**6), GOOD], 1),
    Case("asks for input", ["name = input('?')", GOOD], 1),
    Case("a breakpoint", ["breakpoint()\n" + GOOD], 1),
    Case("patches len and json", ["import builtins, json\nbuiltins.isinstance = lambda *a: True\n"
                                  "json.dumps = None", WRONG], 0),
]

NONE = [
    Case("wrong", [WRONG]),
    Case("an empty cell", [""], state="not started"),
    Case("nothing at all", [], state="not started"),
    Case("another name", [GOOD.replace("gradient_step", "step")], state="not started"),
    Case("a syntax error", [GOOD.replace("return x -", "return x -- *")], reason="SyntaxError"),
    Case("no function", ["gradient_step = 3"]),
    Case("patches allclose", ["import numpy as np\nnp.allclose = lambda *a, **k: True\n"
                              "torch.allclose = torch.equal = np.allclose", WRONG]),
    Case("a tensor that equals all", ["class Same(torch.Tensor):\n"
                                      "    @classmethod\n"
                                      "    def __torch_function__(cls, *a, **k): return True\n"
                                      "def gradient_step(x, g, *, lr): return Same(x)"]),
    Case("an array that equals all", [
        "import numpy as np\nclass Same(np.ndarray):\n"
        "    def __array_function__(self, *a): return True\n"
        "def gradient_step(x, g, *, lr): return np.zeros(3).view(Same)"]),
    Case("an object that equals all", [
        "class Same:\n    __eq__ = __lt__ = __bool__ = lambda *a: True\n"
        "def gradient_step(x, g, *, lr): return Same()"]),
    Case("drops asserts", ["get_ipython().ast_transformers.append(lambda t: t)", WRONG]),
    Case("transforms input", ["get_ipython().input_transformers_cleanup.append(lambda l: [])",
                              WRONG]),
    Case("replaces run_cell", ["get_ipython().run_cell_async = None", WRONG]),
    Case("hides tracebacks", ["get_ipython().showtraceback = None", WRONG]),
    Case("walks the frames", [within(
        "import sys\nframe = sys._getframe()\nwhile frame:\n"
        "    for name in ('want', 'expected', 'reference', 'result'):\n"
        "        if name in frame.f_locals: return frame.f_locals[name]\n"
        "    frame = frame.f_back")]),
    Case("searches the garbage", [within(
        "import gc\nfor o in gc.get_objects():\n"
        "    if callable(o) and getattr(o, '__name__', '') == 'gradient_step':\n"
        "        if o is not gradient_step: return o(x, g, lr=lr)")]),
    Case("looks for the source", [
        "import os, pathlib\nfound = []\nlarge = {'proc', 'sys', 'torch', 'scipy', 'sympy'}\n"
        "for top, folders, files in os.walk('/'):\n"
        "    folders[:] = set(folders) - large\n"
        "    found += [pathlib.Path(top, name) for name in files\n"
        "              if 'descent' in name and name.endswith('.py')]\n"
        "found = [p for p in found if 'def gradient_step' in p.read_text()]",
        within("for path in found:\n    space = {}\n    try:\n"
               "        exec(path.read_text(), space)\n"
               "        return space['gradient_step'](x, g, lr=lr)\n    except Exception: pass")],
        state="any"),
    Case("imports the solution", [
        "from gradcourse.methods.descent import gradient_step"], state="not started"),
    Case("imports the method inside", [within(
        "from gradcourse.methods import descent\nreturn descent.gradient_step(x, g, lr=lr)")],
        reason="ImportError"),
    Case("imports the checks", [within("import gradcourse.checks.descent as d\n"
                                       "return d.gradient_step(x, g, lr=lr)")]),
    Case("a thread that patches", [
        "import threading, time\ndef patch():\n    while True:\n"
        "        torch.allclose = lambda *a: True\n        time.sleep(.001)\n"
        "threading.Thread(target=patch, daemon=True).start()", WRONG]),
    Case("writes the gradebook", [
        "import sqlite3\nsqlite3.connect('/work/gradebook.db').execute('update grade set score=9')",
        WRONG]),
    Case("knows nbgrader", ["import os\nif os.environ.get('NBGRADER_EXECUTION'): 1 / 0", WRONG]),
    Case("patches pickle", ["import pickle\npickle.dump = pickle.dumps = lambda *a: b'x'", WRONG]),
    Case("prints a score", [WRONG + "print('1.0')\n1.0"]),
    Case("forges frames", [
        "import os, struct, msgpack\n"
        "body = msgpack.packb({'ok': 1.0, 'score': 5, 'args': ['l'], 'kwargs': {}})\n"
        "frame = struct.pack('<I', len(body)) + body\n"
        "for _ in range(50): os.write(3, b'.' + struct.pack('<I', len(frame)) + frame)", WRONG],
        state="any"),
    Case("closes all files", [within("import os\nos.closerange(0, 256)")], state="died"),
    Case("a frame too long", [within("import os\nos.write(3, b'.' + b'\\xff' * 64)")],
         state="died"),
    Case("a frame of garbage", [within("import os\nos.write(3, b'.' + b'\\4\\0\\0\\0' + b'abcd')")],
         state="any"),
    Case("nested deep", [within("a = []\nfor _ in range(10**5): a = [a]\nreturn a")]),
    Case("a huge list", [within("return list(range(10**6))")], state="any"),
    Case("an expanded view", [within("return torch.zeros(1).expand(10**12)")]),
    Case("an object with reduce", [
        "class Evil:\n    def __reduce__(self): return (eval, ('1',))\n"
        "def gradient_step(x, g, *, lr): return Evil()"]),
    Case("an array of objects", [within("import numpy\nreturn numpy.array([object()])")]),
    Case("NaN", [within("return x * float('nan')")]),
    Case("broadcasts", [within("return torch.zeros(1, 1, 1)")]),
    Case("a string", [within("return '1.0'")]),
    Case("a table of public inputs", [
        "TABLE = {0.1: 1.0}\ndef gradient_step(x, g, *, lr): return TABLE[lr]"]),
    Case("exits inside", [within("import os\nos._exit(0)")], state="died", reason="ended"),
    Case("raises SystemExit", [within("raise SystemExit(0)")]),
    Case("raises KeyboardInterrupt", [within("raise KeyboardInterrupt")], state="died"),
    Case("loops", [within("while True: pass")], state="died", reason="seconds"),
    Case("sleeps", [within("import time\ntime.sleep(100)")], state="died", reason="seconds"),
    Case("ignores signals", [within(
        "import signal\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\nwhile True: pass")],
        state="died", reason="seconds"),
    Case("input inside", [within("input('?')")]),
    Case("takes 64 GiB", [within("a = torch.ones(2**33, dtype=torch.float64)")]),
    Case("takes memory in the cell", ["kept = [bytearray(2**31) for _ in range(64)]", WRONG]),
    Case("a fork bomb", [within("import os, time\nfor _ in range(500):\n"
                                "    if os.fork() == 0: time.sleep(100)")]),
    Case("a child that stays", [
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        time.sleep(1000)\n    os._exit(0)", WRONG]),
    Case("kills everyone", ["import os\nos.kill(-1, 9)", WRONG]),
    Case("kills its parent", ["import os\nos.kill(os.getppid(), 9)\nos.kill(1, 9)", WRONG],
         state="any"),
    Case("writes a terabyte", ["with open('big', 'wb') as f:\n    while True: "
                               "f.write(bytes(2**20))", WRONG]),
    Case("writes elsewhere", ["open('/usr/x', 'w')", WRONG], reason=""),
    Case("a segfault", [within("import ctypes\nctypes.string_at(1)")], state="died"),
    Case("endless recursion", [within("return gradient_step(x, g, lr=lr)")]),
    Case("reads the host", [within("return open('/etc/shadow').read()")]),
    Case("different twice", [GOOD, WRONG], state="ungraded", reason="different ways"),
    Case("markup for the browser", [
        "def gradient_step(x, g, *, lr): raise ValueError('<script>alert(1)</script>')"]),
    Case("inputs in the error", [within("raise ValueError(str(x.tolist()))")]),
    Case("asks for ever", [
        "def heavy_ball(grad, x0, *, lr, momentum, steps):\n    while True:\n"
        "        try: grad(x0)\n        except Exception: pass"], exercise="descent.2"),
    Case("asks at nonsense", [
        "def heavy_ball(grad, x0, *, lr, momentum, steps):\n    grad('a')\n    return x0"],
        exercise="descent.2"),
    Case("a good ball", [BALL], 3, exercise="descent.2"),
    Case("a good ball after a death", [within("import os\nos._exit(1)"), BALL], 3,
         exercise="descent.2"),
    Case("a ball by torch.optim", [
        "def heavy_ball(grad, x0, *, lr, momentum, steps):\n"
        "    p = x0.clone().requires_grad_()\n"
        "    opt = torch.optim.SGD([p], lr=lr, momentum=momentum)\n    rows = [x0]\n"
        "    for _ in range(steps):\n        p.grad = grad(p.detach())\n        opt.step()\n"
        "        rows.append(p.detach().clone())\n    return torch.stack(rows)"],
        3, exercise="descent.2"),
]

CODE = FULL + NONE

FILES = {  # what is no notebook: bytes, and the reason the instructor reads
    "cut short": (notebook([GOOD])[:-30], "cut short"),
    "not json": (b"hello", "another kind"),
    "empty": (b"", "another kind"),
    "binary": (bytes(range(256)), "another kind"),
    "a list": (b"[]", "format 4"),
    "nested": (b"[" * 10**6, "deep"),
    "another language": (
        notebook([GOOD], metadata={"language_info": {"name": "R"}}), "written for"),
    "too large": (b" " * (64 * 2**20 + 1), "larger than"),
    "too much code": (notebook(["#" + "a" * 10**6]), "letters of code"),
    "a sum too deep": (notebook([GOOD, "x = 1" + " + 1" * 2000]), "nested too deep"),
    "a chain too deep": (notebook([GOOD, "x = f" + "()" * 1800]), "nested too deep"),
    "too many cells": (notebook([""] * 5001), "more than 5000 cells"),
    "cells that are none": (b"{\"cells\": {}}", "format 4"),
}
