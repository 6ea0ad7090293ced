"""The instructor's words of the command `gradcourse`, from release to export."""

from __future__ import annotations

from pathlib import Path


def add(words) -> None:
    """Add the classroom's commands to the parser."""
    for one in (_add_release, _add_grade, _add_explain, _add_override, _add_regrade, _add_export):
        one(words)


def _add_release(words) -> None:
    text = "lay nbgrader's source and release trees, from exercises without solutions"
    release = words.add_parser("release", help=text, description=text)
    release.add_argument("assignments", nargs="*", metavar="NN_slug", help="all by default")
    release.add_argument("--out", type=Path, required=True, metavar="DIR", help="the course folder")
    release.set_defaults(run=_release)


def _add_grade(words) -> None:
    text = "grade a class's notebooks in a sandbox"
    grade = words.add_parser("grade", help=text, description=text)
    grade.add_argument("submissions", type=Path, help="a folder by student, a flat one, or a zip")
    grade.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results go")
    grade.add_argument("--assignment", action="append", metavar="NN_slug", help="all by default")
    grade.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    grade.add_argument("--scheduler", default="", metavar="tcp://…", help="a Dask scheduler")
    grade.add_argument("--config", type=Path, metavar="course.toml", help="default: the one in DIR")
    grade.add_argument("--roster", type=Path, metavar="CSV", help="Canvas' or Moodle's gradebook")
    grade.add_argument("--marks", type=Path, metavar="FILE", help="marks.csv of the marking page")
    grade.add_argument("--dry-run", action="store_true", help="grade three, write nothing")
    grade.set_defaults(run=_grade)


def _add_explain(words) -> None:
    text = "put an exercise to a student's answer again and say what each check saw"
    explain = words.add_parser("explain", help=text, description=text)
    _where(explain)
    explain.add_argument("submissions", type=Path)
    explain.add_argument("student")
    explain.add_argument("exercise")
    explain.add_argument("--roster", type=Path, metavar="CSV", help="as it was graded with")
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
    regrade.add_argument("--roster", type=Path, metavar="CSV", help="as it was graded with")
    regrade.add_argument("--apply", action="store_true", help="write what was found")
    regrade.set_defaults(run=_regrade)


def _add_export(words) -> None:
    text = "put the marks into the platform's gradebook and zip the feedback"
    export = words.add_parser("export", help=text, description=text)
    export.add_argument("assignment", metavar="NN_slug")
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="of the results")
    export.add_argument("--roster", type=Path, required=True, metavar="CSV", help="the gradebook")
    export.add_argument("--column", default="", help="a part of its name (Moodle: Grade)")
    export.set_defaults(run=_export)


def _where(parser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="of the results")
    parser.add_argument("--config", type=Path, metavar="FILE", help="course.toml; default: DIR's")


def _release(args) -> int:
    from gradcourse.grading import release

    for line in release.release(args.assignments, args.out):
        print(line)
    return 0


def _grade(args) -> int:
    from gradcourse.grading import batch, marking, report

    if args.jobs < 1:
        raise ValueError(f"--jobs must be >= 1, got {args.jobs}")
    told = batch.grade(args.submissions, args.out, args.assignment, jobs=args.jobs,
                       scheduler=args.scheduler, config=args.config, roster=_roster(args),
                       dry_run=args.dry_run, progress=True)
    for result in told.get("results", []):
        for row in result["exercises"]:
            print(f"{result['student']}  {row['id']}  {row['points']:g}/{row['max_points']:g}  "
                  f"{row['state']}  {row['reason']}")
    print(f"graded {told['graded']}, kept {told['kept']} from before")
    if told["unknown"]:
        print("no assignment named in the path, not graded: " + ", ".join(told["unknown"]))
    if args.marks and not args.dry_run:
        merged = marking.merge(args.out, args.marks)
        report.write_all(args.out)
        print(f"took {merged['taken']} marks; {len(merged['gone'])} belong to answers that changed")
    if not args.dry_run:
        _say_what_waits(args.out)
    return 0


def _say_what_waits(out: Path) -> None:
    """Name everything that a person has to look at."""
    from gradcourse.grading import marking, report

    rows = [(r, row) for r in report.results(out) for row in r["exercises"]]
    for result, row in rows:
        if row["state"] == "ungraded":
            print(f"ungraded: {result['student']}  {row['id']}  {row['reason']}")
    for result, row in report.disputed(rows):
        print(f"disputed: {result['student']}  {row['id']}  {row['reason']}")
    strangers = [a["file"] for a in report.stored(out, "handed_in") if not a["matched"]]
    if strangers:
        print("not on the roster: " + ", ".join(strangers))
    waiting = sum("points" not in answer for answer in marking.answers(out))
    if waiting:
        print(f"{waiting} answers in words to mark: {out / 'marking.html'}")


def _roster(args):
    from gradcourse.grading import roster

    return roster.read(args.roster) if args.roster else None


def _explain(args) -> int:
    from gradcourse.grading import desk

    print(desk.explain(args.submissions, args.out, args.student, args.exercise, args.config,
                       _roster(args)))
    return 0


def _export(args) -> int:
    from gradcourse.grading import export, library

    told = export.export(args.out, _roster(args), library.choose([args.assignment])[0],
                         args.column)
    print(f"{told['filled']} marks in {told['gradebook']}, feedback in {told['feedback']}")
    for student, why in sorted(told["open"].items()):
        print(f"no mark yet: {student}  {why}")
    for words, names in (("not in the gradebook", told["unknown"]),
                         ("handed nothing in", told["silent"])):
        if names:
            print(f"{words}: {', '.join(names)}")
    return 0


def _override(args) -> int:
    from gradcourse.grading import desk

    desk.override(args.out, args.student, args.exercise, args.points, args.reason)
    print(f"{args.student} has {args.points:g} points for {args.exercise}")
    return 0


def _regrade(args) -> int:
    from gradcourse.grading import desk

    changes = desk.regrade(args.submissions, args.out, args.exercise, jobs=args.jobs,
                           config=args.config, roster=_roster(args), apply=args.apply)
    for change in changes:
        print("{student}  {exercise}  {before:g} -> {after:g}".format(**change))
    done = "written" if args.apply else "nothing written, --apply does"
    print(f"{len(changes)} would change; {done}" if not args.apply else f"{len(changes)} changed")
    return 0
