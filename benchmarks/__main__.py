"""Measure, compare with what was to be reached, write results.json and README.md."""

import argparse
import datetime
import json
import sys
from importlib import import_module

from tqdm import tqdm

from benchmarks import peers, report, startup
from benchmarks.harness import Group, built, measure, memory, settle

CHAPTERS = ("multistage", "clipping", "games", "contour", "energy", "contrastive", "nimble",
            "entangled")
NO_GPU = "Not measured: no GPU at hand."


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code: 1 if something was to be measured and was not."""
    args = _parser().parse_args(argv)
    names = args.names or [*CHAPTERS, "startup"]
    unknown = sorted(set(names) - {*CHAPTERS, "startup"})
    if unknown:
        print(f"bench: no benchmark {unknown[0]!r}; there is {', '.join([*CHAPTERS, 'startup'])}")
        return 2
    settle()
    today = datetime.date.today().isoformat()
    new = {"date": today, "command": "python -m benchmarks " + " ".join(argv or sys.argv[1:]),
           "machine": report.machine(), "versions": report.versions(), "gpu": NO_GPU,
           "targets": [], "timings": [], "absent": [], "course": []}
    for name in names:
        if name == "startup":
            new["course"] += startup.rows(today, quick=args.quick, clone=args.clone)
            continue
        groups, why = _groups(name)
        if why:
            print(f"bench: {name}: {why}")
            new["absent"].append({"chapter": name, "told": why})
        elif groups:
            _chapter(name, groups, args, new, today)
    _tell(new)
    if not args.quick:
        _write(new, names)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="chapters, startup")
    parser.add_argument("--quick", action="store_true", help="five rounds, nothing written")
    parser.add_argument("--rounds", type=int, help="of each group, instead of its own number")
    parser.add_argument("--no-compile", dest="compile", action="store_false",
                        help="leave torch.compile out, which takes a minute")
    parser.add_argument("--peers", choices=("stale", "all", "none"), default="stale",
                        help="which to measure again (default: of other pins or another machine)")
    parser.add_argument("--clone", action="store_true",
                        help="with startup: set a bare clone up and time its first picture")
    return parser


def _groups(name: str) -> tuple[list[Group], str]:
    """Return the groups of a chapter, or why there are none."""
    try:
        return import_module(f"benchmarks.{name}").groups(), ""
    except ImportError as error:
        if "gradcourse.methods" not in f"{error.name} {error}":
            raise
        return [], "not here: " + str(error).partition(" (")[0]


def _chapter(name: str, groups: list[Group], args, new: dict, today: str) -> None:
    if args.peers != "none" and not args.quick:
        some = peers.stale(name, groups, new["machine"]["processor"])
        if args.peers == "all":
            some = [g.name for g in groups if any(p.make for p in g.peers.values())]
        if some:
            peers.measure_all(name, some, args.rounds)
    seen = peers.record().get(name, {})
    for group in groups:
        rounds = 5 if args.quick else args.rounds or group.rounds
        calls = built(group)
        if args.compile and not args.quick:
            calls |= _compiled(group)
        with tqdm(total=rounds, desc=f"{name}: {group.name}", leave=False) as bar:
            times = measure(calls, rounds=rounds, seconds=group.seconds, tick=bar.update)
        del calls
        sizes = {n: memory(name, group.name, n) for n in group.variants} if group.small else {}
        own = seen.get(group.name, {})
        rows = report.timing_rows(name, group, times, own, today)
        for row in rows:
            size = own.get(row["variant"], {}).get("memory", sizes.get(row["variant"]))
            row |= {} if size is None else {"memory": size}
        new["timings"] += rows
        new["targets"] += [report.target_row(name, group, t, times, own, sizes, today)
                           for t in group.targets]


def _compiled(group: Group) -> dict:
    """Build what torch.compile makes; without a C++ compiler there is none, and that is told."""
    calls = {}
    for name, make in group.compiled.items():
        try:
            call = make(group.inputs())
            call()
        except Exception as error:  # torch has many names for a compiler that is not there
            print(f"bench: {name}: not compiled: {str(error).strip().partition(chr(10))[0]}")
        else:
            calls[name] = call
    return calls


def _tell(new: dict) -> None:
    for row in new["targets"]:
        found = row.get("missing") or (f"{row['ratio']:.3g} ({row['low']:.3g} to "
                                       f"{row['high']:.3g}) of {row['most']:.3g}: {row['told']}")
        over = f" over {row['over']}" if row["over"] else ""
        print(f"{row['target']:4} {row['ours']}{over} [{row['group']}] {row['unit']}: {found}")
    for row in new["course"]:
        print(f"     {row['what']}: {row['cpu']:.3g} s of processor time, {row['wall']:.3g} s")


def _write(new: dict, names: list[str]) -> None:
    old = json.loads(report.RESULTS.read_text(encoding="utf-8")) if report.RESULTS.exists() else {}
    results = report.merge(old, new, names)
    report.RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    report.TABLE.write_text(report.table(results), encoding="utf-8")
    print(f"bench: written {report.RESULTS.name} and {report.TABLE.name} in benchmarks/")


if __name__ == "__main__":
    sys.exit(main())
