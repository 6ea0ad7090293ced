"""Rules on the file and its outputs: one clean run, nothing of the machine, not stale."""

from collections.abc import Iterator

from gradcourse.notebooks import files
from gradcourse.notebooks.outputs import fault_of
from gradcourse.notebooks.page import Finding, Page
from gradcourse.notebooks.refresh import is_fresh

REFRESH = "run `gradcourse notebooks refresh`"


def shape(page: Page) -> Iterator[Finding]:
    """The file is a notebook of format 4.5 for the kernel python3, in the course's spelling."""
    from nbformat.validator import iter_validate

    for error in iter_validate(page.notebook):
        yield "page", f"not valid: {files.first_line(error)}"
    meta = page.notebook["metadata"]
    if meta.get("kernelspec", {}).get("name") != "python3":
        yield "page", 'the kernelspec must be named "python3"'
    if not files.same(page.path, page.notebook):
        tool = "refresh" if page.kind == "chapters" else "derive"
        yield "page", f"spelt otherwise than Jupyter does: run `gradcourse notebooks {tool}`"


def counts(page: Page) -> Iterator[Finding]:
    """Stored outputs come from one run from top to bottom."""
    cells = [cell for cell in page.code if cell["source"].strip()]
    numbers = [cell.get("execution_count") for cell in cells]
    if page.kind == "exercises":
        for cell, number in zip(cells, numbers, strict=True):
            if number is not None or cell.get("outputs"):
                yield cell["id"], "an exercise holds no outputs: run `gradcourse notebooks derive`"
    elif page.kind == "chapters" or any(numbers) or any(c.get("outputs") for c in cells):
        for want, (cell, number) in enumerate(zip(cells, numbers, strict=True), start=1):
            if number != want:
                yield cell["id"], f"execution count {number}, should be {want}: {REFRESH}"


def compared(page: Page) -> Iterator[Finding]:
    """A cell whose output is compared has one: else the comparison passes without comparing."""
    for cell in page.code:
        if "nbval-check-output" not in files.tags(cell) or page.kind != "chapters":
            continue
        texts = (output.get("data", {}).get("text/plain") for output in cell.get("outputs", ()))
        if not any(texts):
            yield cell["id"], f"tagged nbval-check-output, without stored text: {REFRESH}"


def stored(page: Page) -> Iterator[Finding]:
    """No errors, no stderr, no widgets, no path, user or host name in the outputs."""
    for cell, output in page.outputs():
        fault = fault_of(output)
        if fault:
            yield cell["id"], f"{fault}: cure it, then {REFRESH}"
    if "widgets" in page.notebook["metadata"]:
        yield "page", f"widget state is stored in the metadata: {REFRESH}"


def stamp(page: Page) -> Iterator[Finding]:
    """The outputs were made by the code that is there now."""
    if page.kind == "chapters" and not is_fresh(page.notebook, page.name, page.root):
        yield "page", f"stale, the code behind its outputs changed: {REFRESH}"
