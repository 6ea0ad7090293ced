"""Run one page from top to bottom with papermill and say where it failed.

papermill leaves three things to its caller: a misspelt parameter is only a warning, an error
inside a widget's callback leaves no trace in the cells, and an error is named by number. Here the
names are checked first, the widgets' state is searched afterwards, and the cell is named by id.
"""

import contextlib
import os
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

from gradcourse.notebooks import files

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# ipykernel warns on stderr at each start that it listens on TCP; only its errors are wanted
KERNEL_ARGUMENTS = ["--IPKernelApp.log_level=40"]


class Executed(NamedTuple):
    """What came of one execution."""

    notebook: dict  # with the outputs of this run, as far as it came
    error: str  # one line naming the cell, or empty


def execute(
    path: Path, parameters: dict | None = None, *, bar: str = "", env: dict | None = None
) -> Executed:
    """Execute the notebook at `path` in its own folder; the file stays as it is.

    Args:
        path: the notebook.
        parameters: values for names of its `parameters` cell.
        bar: label of a progress bar over the cells; empty shows none.
        env: environment variables for the kernel.

    Returns:
        The executed notebook and the error, if any.

    Raises:
        ValueError: no notebook there, no kernelspec, or a parameter it does not have.
    """
    path, parameters = Path(path), dict(parameters or {})
    refuse(path, parameters)
    executed = _papermill(path, parameters, bar, env or {})
    return Executed(executed, _error(executed))


def refuse(path: Path, parameters: dict) -> None:
    """Raise a ValueError for a page without kernelspec, or a parameter it does not have."""
    notebook = files.read(path)
    if "kernelspec" not in notebook["metadata"]:
        raise ValueError(f"{path.name}: no kernelspec; papermill cannot choose a kernel")
    known = parameter_names(notebook) if parameters else ()
    for name in parameters:
        if name not in known:
            raise ValueError(f"{path.stem}: no parameter {name!r}; there is {', '.join(known)}")


def parameter_names(notebook) -> list[str]:
    """Return the names that the cell tagged `parameters` sets."""
    if not any("parameters" in files.tags(cell) for cell in notebook["cells"]):
        return []
    with _quiet():
        import papermill
    return list(papermill.inspect_notebook(notebook))


def widget_errors(notebook) -> list[str]:
    """Return the errors that callbacks left in output widgets."""
    widgets = notebook["metadata"].get("widgets", {}).get(WIDGET_STATE, {})
    outputs = (
        output
        for model in widgets.get("state", {}).values()
        for output in model.get("state", {}).get("outputs", ())
    )
    return [f"{o['ename']}: {files.first_line(o['evalue'])}" for o in outputs if _is_error(o)]


def _papermill(path: Path, parameters: dict, bar: str, env: dict):
    """Return the executed notebook; a failing cell has an error among its outputs."""
    with _quiet():
        import papermill
    with tempfile.TemporaryDirectory() as folder, _environment(env), _quiet():
        out = Path(folder) / path.name
        with contextlib.suppress(papermill.PapermillExecutionError):
            papermill.execute_notebook(
                path,
                out,
                parameters,
                cwd=path.parent,
                request_save_on_cell_execute=False,
                progress_bar={"desc": bar, "unit": "cell", "leave": False} if bar else False,
                extra_arguments=KERNEL_ARGUMENTS,
            )
        return files.read(out)


def _error(notebook) -> str:
    for cell in files.code_cells(notebook):
        for output in filter(_is_error, cell.get("outputs", ())):
            return f"cell {cell['id']}: {output['ename']}: {files.first_line(output['evalue'])}"
    found = widget_errors(notebook)
    return f"a widget's callback: {found[0]}" if found else ""


def _is_error(output) -> bool:
    return output.get("output_type") == "error"


@contextlib.contextmanager
def _environment(changes: dict):
    """Set variables for the kernels started inside; None removes one."""
    old = {name: os.environ.get(name) for name in changes}
    try:
        _set(changes)
        yield
    finally:
        _set(old)


def _set(values: dict) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = str(value)


@contextlib.contextmanager
def _quiet():
    """Keep the tools' own deprecation notes from the reader."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
