"""The command `gradcourse`: each word loads only what it needs.

Exit codes: 0 done, 1 something ran and failed, 2 the command could not be understood.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Sequence

from gradcourse import __version__, classroom


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the words after `gradcourse`; those of the command line by default.

    Returns:
        The exit code.
    """
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if rest and args.run is not _lab:
        parser.error(f"unknown argument: {' '.join(rest)}")
    args.rest = rest
    try:
        return args.run(args)
    except ValueError as error:
        print(f"gradcourse: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("gradcourse: stopped", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        """Say it in one line; argparse would print the usage first."""
        self.exit(2, f"{self.prog}: {message}; {self.prog} --help says more\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gradcourse", description="A course on gradient descent that one can run."
    )
    parser.add_argument("--version", action="version", version=f"gradcourse {__version__}")
    words = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        _add_lab, _add_doctor, _add_run, _add_claims, _add_notebooks, _add_record, _add_audit
    ):
        add(words)
    classroom.add(words)
    return parser


def _add_lab(words) -> None:
    text = "open JupyterLab on your copy of the course"
    lab = words.add_parser(
        "lab", help=text, description=text + "; unknown --NAME=VALUE options go to Jupyter"
    )
    lab.add_argument("folder", nargs="?", metavar="DIR", help="your copy (default: work)")
    lab.add_argument("--no-browser", action="store_true", help="print the address only")
    lab.add_argument("--port", type=int, help="the first port to try")
    lab.add_argument("--copy-only", action="store_true", help="update the copy, open nothing")
    lab.set_defaults(run=_lab)


def _add_doctor(words) -> None:
    text = "say what is missing, one remedy a line"
    words.add_parser("doctor", help=text, description=text).set_defaults(run=_doctor)


def _add_run(words) -> None:
    text = "run chapters from top to bottom and print their ledgers"
    run = words.add_parser("run", help=text, description=text)
    run.add_argument("chapters", nargs="*", metavar="NN_slug", help="all chapters by default")
    run.add_argument("--mode", default="read", help="smoke, read or full (default: read)")
    run.add_argument("--device", default="auto", help="auto, cpu or a GPU's name (default: auto)")
    run.add_argument("--seed", type=int, default=0, help="a whole number (default: 0)")
    run.add_argument("--jobs", type=int, default=1, help="pages at once (default: 1)")
    run.add_argument("--scheduler", default="", metavar="tcp://…", help="a Dask scheduler")
    run.add_argument(
        "-p",
        "--parameter",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="another parameter of the page",
    )
    run.set_defaults(run=_run)


def _add_claims(words) -> None:
    text = "print the ledgers stored in the chapters"
    claims = words.add_parser("claims", help=text, description=text)
    claims.add_argument("chapters", nargs="*", metavar="NN_slug", help="all chapters by default")
    claims.set_defaults(run=_claims)


def _add_notebooks(words) -> None:
    text = "the author's tools for pages"
    tools = words.add_parser("notebooks", help=text, description=text)
    verbs = tools.add_subparsers(title="tools", metavar="TOOL", required=True)
    text = "lay the rooms of a chapter, with words that say what belongs in each"
    fresh = verbs.add_parser("new", help=text, description=text)
    fresh.add_argument("chapter", metavar="NN_slug", help="such as 09_sketching")
    fresh.set_defaults(run=_new)
    for name, run, text in (
        ("derive", _derive, "make exercises from solutions"),
        ("refresh", _refresh, "run stale pages, or those named, and store outputs"),
        ("lint", _lint, "name every fault of a page"),
    ):
        verb = verbs.add_parser(name, help=text, description=text)
        verb.add_argument("chapters", nargs="*", metavar="NN_slug", help="all by default")
        if run is not _lint:
            verb.add_argument("--check", action="store_true", help="write nothing; 1 if stale")
        verb.set_defaults(run=run)


def _add_record(words) -> None:
    text = "make recorded runs again; all that are stale by default"
    record = words.add_parser("record", help=text, description=text)
    record.add_argument("chapter", nargs="?", metavar="NN_slug", help="of one chapter")
    record.add_argument("name", nargs="?", metavar="NAME", help="one of its records")
    record.add_argument("--list", action="store_true", help="what there is; 1 if any is stale")
    record.add_argument("--device", default="auto", help="auto, cpu or a GPU's name")
    record.set_defaults(run=_record)


def _add_audit(words) -> None:
    text = "prove the exercises: solutions, starters, wrong answers, mutants"
    audit = words.add_parser("audit", help=text, description=text)
    audit.add_argument("chapters", nargs="*", metavar="NN_slug", help="all chapters by default")
    audit.add_argument("--seeds", type=int, default=1000, help="for right answers (default: 1000)")
    audit.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    audit.set_defaults(run=_audit)


def _lab(args) -> int:
    from gradcourse import jupyter

    return jupyter.lab(
        args.folder,
        browser=not args.no_browser,
        port=args.port,
        rest=args.rest,
        start=not args.copy_only,
    )


def _doctor(args) -> int:
    from gradcourse import doctor

    return doctor.main()


def _run(args) -> int:
    from gradcourse import notebooks

    given = {name: _value(text) for name, text in args.parameter}
    if args.jobs < 1:
        raise ValueError(f"--jobs must be >= 1, got {args.jobs}")
    runs = notebooks.run(args.chapters or None, args.mode, args.device, args.seed, jobs=args.jobs,
                         scheduler=args.scheduler, parameters=given)
    return 0 if all(run.ok for run in runs) else 1


def _value(text: str) -> object:
    """Read a parameter as Python would: a number, True, a list; else it is a word."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _claims(args) -> int:
    from gradcourse.notebooks.ledger import claims, ledger_table

    print(ledger_table(claims(args.chapters or None)))
    return 0


def _derive(args) -> int:
    from gradcourse import notebooks

    return _touched(notebooks.derive(args.chapters or None, check=args.check), args.check)


def _refresh(args) -> int:
    from gradcourse import notebooks

    if args.check:
        return _touched(notebooks.stale(args.chapters or None), True)
    chosen = args.chapters or [path.stem for path in notebooks.stale()]
    return _touched(notebooks.refresh(chosen, progress=True) if chosen else [], False)


def _touched(paths: list, check: bool) -> int:
    for path in paths:
        print(f"{path.stem}: {'stale' if check else 'written'} ({path.parent.name}/)")
    return 1 if check and paths else 0


def _new(args) -> int:
    from gradcourse import notebooks

    for path in notebooks.new(args.chapter):
        print(path)
    return 0


def _record(args) -> int:
    from gradcourse import notebooks

    if not args.list:
        for path in notebooks.record(args.chapter, args.name, device=args.device):
            print(f"{path.parent.name} {path.stem}: recorded")
        return 0
    rows = notebooks.records(args.chapter)
    for row in rows:
        print(row)
    return 1 if any(row.state != "fresh" for row in rows) else 0


def _lint(args) -> int:
    from gradcourse import notebooks

    faults = notebooks.lint(args.chapters or None)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def _audit(args) -> int:
    from gradcourse import audit

    return audit.main(args.chapters or None, args.seeds, args.jobs)
