"""The instructor's words of the command `gradcourse`: grade, explain, override, regrade."""

from __future__ import annotations

from pathlib import Path


def add(words) -> None:
    """Add the classroom's commands to the parser."""
    _add_grade(words)
    _add_explain(words)
    _add_override(words)
    _add_regrade(words)


def _add_grade(words) -> None:
    text = "grade a class's notebooks in a sandbox"
    grade = words.add_parser("grade", help=text, description=text)
    grade.add_argument("submissions", type=Path, help="a folder by student, a flat one, or a zip")
    grade.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results go")
    grade.add_argument("--assignment", action="append", metavar="NN_slug", help="all by default")
    grade.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    grade.add_argument("--scheduler", default="", metavar="tcp://…", help="a Dask scheduler")
    grade.add_argument("--config", type=Path, metavar="course.toml", help="default: the one in DIR")
    grade.add_argument("--dry-run", action="store_true", help="grade three, write nothing")
    grade.set_defaults(run=_grade)


def _add_explain(words) -> None:
    text = "put an exercise to a student's answer again and say what each check saw"
    explain = words.add_parser("explain", help=text, description=text)
    _where(explain)
    explain.add_argument("submissions", type=Path)
    explain.add_argument("student")
    explain.add_argument("exercise")
    explain.set_defaults(run=_explain)


def _add_override(words) -> None:
    text = "set points by hand; they survive every regrade"
    override = words.add_parser("override", help=text, description=text)
    _where(override)
    override.add_argument("student")
    override.add_argument("exercise")
    override.add_argument("points", type=float)
    override.add_argument("reason")
    override.set_defaults(run=_override)


def _add_regrade(words) -> None:
    text = "grade an exercise again; say first who would gain or lose"
    regrade = words.add_parser("regrade", help=text, description=text)
    _where(regrade)
    regrade.add_argument("submissions", type=Path)
    regrade.add_argument("--exercise", help="all by default")
    regrade.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    regrade.add_argument("--apply", action="store_true", help="write what was found")
    regrade.set_defaults(run=_regrade)


def _where(parser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="of the results")
    parser.add_argument("--config", type=Path, metavar="FILE", help="course.toml; default: DIR's")


def _grade(args) -> int:
    from gradcourse.grading import batch

    if args.jobs < 1:
        raise ValueError(f"--jobs must be >= 1, got {args.jobs}")
    told = batch.grade(args.submissions, args.out, args.assignment, jobs=args.jobs,
                       scheduler=args.scheduler, config=args.config, dry_run=args.dry_run,
                       progress=True)
    for result in told.get("results", []):
        for row in result["exercises"]:
            print(f"{result['student']}  {row['id']}  {row['points']:g}/{row['max_points']:g}  "
                  f"{row['state']}  {row['reason']}")
    print(f"graded {told['graded']}, kept {told['kept']} from before")
    if told["unknown"]:
        print("no assignment named in the path, not graded: " + ", ".join(told["unknown"]))
    return 0


def _explain(args) -> int:
    from gradcourse.grading import desk

    print(desk.explain(args.submissions, args.out, args.student, args.exercise, args.config))
    return 0


def _override(args) -> int:
    from gradcourse.grading import desk

    desk.override(args.out, args.student, args.exercise, args.points, args.reason)
    print(f"{args.student} has {args.points:g} points for {args.exercise}")
    return 0


def _regrade(args) -> int:
    from gradcourse.grading import desk

    changes = desk.regrade(args.submissions, args.out, args.exercise, jobs=args.jobs,
                           config=args.config, apply=args.apply)
    for change in changes:
        print("{student}  {exercise}  {before:g} -> {after:g}".format(**change))
    done = "written" if args.apply else "nothing written, --apply does"
    print(f"{len(changes)} would change; {done}" if not args.apply else f"{len(changes)} changed")
    return 0
