"""The pages of the library, one for each part, written by the docstrings themselves."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import gradcourse
from gradcourse.checks.exercise import slugs
from gradcourse.web.docstring import as_html, signature

GROUPS = {  # caption -> parts of the library, in reading order
    "Shared": ("problems", "models", "data", "evidence", "wire"),
    "On a page": ("lab", "pictures", "checks", "recorded"),
    "Tools": ("notebooks", "grading", "audit", "folders"),
}
HIDDEN = {"__main__", "cli", "standin", "canary", "worker"}


def write(out: Path) -> None:
    """Write one page for each part of the library below ``out``, and the page that lists them."""
    out.mkdir(parents=True, exist_ok=True)
    listed = {"Methods": [f"methods.{name}" for name in _children("methods")]}
    listed |= {caption: list(names) for caption, names in GROUPS.items()}
    for name in sum(listed.values(), []):
        (out / f"{name}.md").write_text(page(name), encoding="utf-8")
    (out / "index.md").write_text(_index(listed), encoding="utf-8")


def page(name: str) -> str:
    """Return the page of one part: what it offers itself, else what its modules offer."""
    module = importlib.import_module(f"gradcourse.{name}")
    text = [f"# {name.rpartition('.')[2]}", f"`gradcourse.{name}`", _doc(module)]
    own = _members(module)
    text += [_entry(thing, 2) for thing in own]
    for child in [] if own and hasattr(module, "__all__") else _modules(name):
        if child.endswith("nbgrader_step"):
            continue  # nbgrader has an environment of its own
        inner = importlib.import_module(child)
        text += [f"## {child.rpartition('.')[2]}", _doc(inner)]
        text += [_entry(thing, 3) for thing in _members(inner)]
    return "\n\n".join(text) + "\n"


def _entry(thing, level: int) -> str:
    text = [f"{'#' * level} {thing.__name__}"]
    call = "" if _is_plain(thing) else signature(thing)
    text += [f"```python\n{call}\n```"] if call else []
    text.append(_doc(thing))
    methods = _methods(thing) if inspect.isclass(thing) else []
    if methods:
        rows = "".join(f"<dt><code>{name}</code></dt><dd>{_first(doc)}</dd>"
                       for name, doc in methods)
        text.append(f'<div class="gc-doc"><dl>{rows}</dl></div>')
    return "\n\n".join(text)


def _members(module) -> list:
    """Return the functions and classes that a module offers, in the order it gives them."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name, thing in vars(module).items()
                 if getattr(thing, "__module__", "") == module.__name__ and name[0] != "_"]
    things = [getattr(module, name) for name in names if hasattr(module, name)]
    return [t for t in things if inspect.isfunction(t) or inspect.isclass(t)]


def _methods(cls) -> list[tuple[str, str]]:
    """Return name and docstring of what a class itself defines."""
    found = []
    for name, thing in vars(cls).items():
        bare = getattr(thing, "fget", getattr(thing, "__func__", thing))
        if name[0] != "_" and inspect.isfunction(bare) and bare.__doc__:
            call = name if hasattr(thing, "fget") else f"{name}({_names(bare)})"
            found.append((call, bare.__doc__))
    return found


def _names(function) -> str:
    names = [str(p).partition(":")[0].partition("=")[0].strip()
             for p in inspect.signature(function).parameters.values()]
    return ", ".join(name for name in names if name not in ("self", "cls"))


def _first(doc: str) -> str:
    return as_html(inspect.cleandoc(doc).split("\n\n")[0])


def _doc(thing) -> str:
    return f'<div class="gc-doc">{as_html(thing.__doc__)}</div>' if thing.__doc__ else ""


def _is_plain(thing) -> bool:
    """Tell an error or the like, whose call says nothing."""
    return inspect.isclass(thing) and issubclass(thing, BaseException)


def _modules(name: str) -> list[str]:
    """Return the modules inside a part; a chapter's own checks and pictures are its page's."""
    own = set(slugs()) if name in ("checks", "pictures", "recorded") else set()
    return [f"gradcourse.{name}.{child}" for child in _children(name) if child not in own]


def _children(name: str) -> list[str]:
    folder = Path(gradcourse.__file__).parent / name.replace(".", "/")
    found = pkgutil.iter_modules([str(folder)]) if folder.is_dir() else ()
    return sorted(m.name for m in found if m.name not in HIDDEN and not m.name.startswith("_"))


def _index(listed: dict[str, list[str]]) -> str:
    trees = "\n\n".join(f"## {caption}\n\n```{{toctree}}\n:maxdepth: 1\n\n" + "\n".join(names)
                        + "\n```" for caption, names in listed.items())
    return "# The library\n\nFrom its docstrings.\n\n" + trees + "\n"
