"""A course of one small chapter, on which the author's tools are tried."""

from nbformat import v4

from gradcourse.notebooks import files

METHOD = '''"""Halve.

    x+ = x / 2    (0.1)
"""


def halve(x):
    """Return half of x."""
    return x / 2
'''
HELPERS = '''
import base64, io
from IPython.display import display
from PIL import Image
def verify(tag, left, right): print(f"({tag}) holds", abs(left - right) < 1e-9)
def begin(*args, **kwargs): print("mode", kwargs.get("mode", "read"))
def picture(shade):
    out = io.BytesIO(); Image.new("L", (4, 4), shade).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()
class Page:
    def end(self): print("done")
'''.strip()
CLAIM = '''
claims = [{"id": "0A", "claim": "half is half", "interval": [0.4, 0.5, 0.6],
           "verdict": "reproduced"}]
display({"text/plain": "0A reproduced", "application/vnd.gradcourse.claim+json": claims}, raw=True)
'''.strip()
PANEL = '''
import ipywidgets
bundle = ipywidgets.IntSlider()._repr_mimebundle_()
display(bundle | {"image/png": picture(9)}, metadata={"image/png": {"alt": "a strip"}}, raw=True)
'''.strip()
PARAMETERS = 'mode = "read"\nseed = 0\ndevice = "auto"'
STEP = '''def halve(x):
    """Return half of x."""
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION
'''


def md(id, text):
    return v4.new_markdown_cell(text, id=id)


def code(id, text, *tags, **metadata):
    return v4.new_code_cell(text, id=id, metadata={"tags": list(tags), **metadata})


def notebook(cells):
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def chapter():
    return notebook([
        md("toy-title", "# How big is half?\n\nEquation (0.1) says 0.5. [Next](#next)"),
        code("toy-parameters", PARAMETERS, "parameters"),
        code("toy-setup", HELPERS + '\nbegin("00_toy", mode=mode)', "setup"),
        code("toy-panel", PANEL, "panel"),
        md("toy-steps", "## Steps\n\n$$x^+ = x/2 \\tag{0.1}$$"),
        code("toy-check", 'verify("0.1", 0.5, 1 / 2)'),
        code("toy-twin", "print(1 / 2)\nprint(2)", "twin"),
        code("toy-ledger", CLAIM, "nbval-check-output"),
        code("toy-colophon", "Page().end()", "colophon"),
    ])


def solution():
    return notebook([
        md("toy-title", "# Exercises"),
        code("toy-setup", 'def begin(*a): pass\ndef check(id, fn): print(id)\n'
             'def progress(): pass\nbegin("00_toy")', "setup"),
        md("toy-halve-task", "## Halve\n\ntoy.1, 2 points."),
        code("toy-halve", STEP),
        code("toy-halve-check", 'check("toy.1", halve)', points=2),
        md("toy-why-task", "## Why?\n\nIn words, 4 points."),
        md("toy-why-answer", "<!-- BEGIN SOLUTION -->\nBecause.\n<!-- END SOLUTION -->"),
        code("toy-progress", "progress()"),
    ])


def make(root):
    """Lay the rooms of the toy chapter under `root`."""
    (root / "gradcourse" / "methods").mkdir(parents=True)
    (root / "gradcourse" / "methods" / "toy.py").write_text(METHOD, encoding="utf-8")
    files.write(root / "chapters" / "00_toy.ipynb", chapter())
    files.write(root / "solutions" / "00_toy" / "00_toy.ipynb", solution())
    return root
