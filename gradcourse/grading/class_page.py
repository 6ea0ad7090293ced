"""The class at a glance: how far it came, where it stumbles, which mistake hit how many."""

from collections import Counter, defaultdict

from gradcourse.grading.look import page as wrapped
from gradcourse.grading.look import plural, points, prose, sentence, text

MISTAKES = 40  # of an assignment, the commonest
BINS = 10
STYLE = """
.heat{border-collapse:separate;border-spacing:3px;width:100%;table-layout:fixed;margin:0 -3px}
.heat th{text-align:left;font-weight:400;vertical-align:top;width:24%;padding:.35rem .5rem .35rem 0}
.heat td{background:color-mix(in srgb,var(--warm) calc(var(--s)*var(--heat)),var(--panel));
padding:.35rem .55rem;border-radius:2px;vertical-align:top;font-size:.875rem;line-height:1.3}
.heat b{display:block;font-size:1.05rem;font-variant-numeric:tabular-nums}
.hist{display:grid;grid-template-columns:repeat(10,1fr);gap:4px;align-items:end;margin:.8rem 0}
.hist div{text-align:center;font-size:.8rem;color:var(--quiet)}
.hist i{display:block;background:var(--blue);border-radius:2px 2px 0 0;height:calc(var(--s)*6rem);
min-height:1px;margin-bottom:.2rem}
.hit{display:grid;grid-template-columns:3.2rem 1fr;gap:0 .9rem;margin:0 0 .9rem;align-items:start}
.hit summary{color:var(--ink)}
.hit b{text-align:right;font-size:1.15rem;line-height:1.35;font-variant-numeric:tabular-nums}
.hit i{display:block;height:4px;border-radius:2px;margin:.25rem 0;width:100%;background:
linear-gradient(90deg,var(--warm) calc(var(--s)*100%),var(--line) calc(var(--s)*100%))}
"""


def page(graded: list[dict]) -> str:
    """Return the page of all results."""
    body = ["<h1>The class</h1>"]
    for assignment in sorted({r["assignment"] for r in graded}):
        mine = [r for r in graded if r["assignment"] == assignment]
        body += [f"<h2>{text(assignment)}</h2>", _summary(mine), _histogram(mine), _heat(mine),
                 _mistakes(mine)]
    return wrapped("The class", "".join(body), STYLE)


def _summary(mine: list[dict]) -> str:
    rows = [row for r in mine for row in r["exercises"]]
    most = sum(row["max_points"] for row in mine[0]["exercises"])
    totals = [sum(row["points"] for row in r["exercises"]) for r in _whole(mine)]
    states = Counter(row["state"] for row in rows)
    told = [plural(len(mine), "submission")]
    told += [f"mean {sum(totals) / len(totals):.1f} of {points(most)} points"] if totals else []
    told += [f"{states[state]} answers {word}" for state, word in
             (("not started", "not started"), ("died", "stopped"), ("ungraded", "not graded"))
             if states[state]]
    open_ones = sum(1 for row in rows for entry in row["checks"] if entry.get("disputed"))
    told += [f"{plural(open_ones, 'check')} disputed"] if open_ones else []
    return f"<p class=quiet>{' · '.join(told)}</p>"


def _whole(mine: list[dict]) -> list[dict]:
    """Leave out whoever waits for a person: no 0 stands for what was not graded."""
    return [r for r in mine if all(row["state"] != "ungraded" for row in r["exercises"])]


def _histogram(mine: list[dict]) -> str:
    """Draw how many earned which share of the points."""
    counts = Counter()
    for r in _whole(mine):
        share = sum(row["points"] for row in r["exercises"]) / sum(
            row["max_points"] for row in r["exercises"])
        counts[min(int(share * BINS + 1e-9), BINS - 1)] += 1
    most = max(counts.values(), default=1)
    bars = "".join(f'<div><span>{counts[n] or ""}</span><i style="--s:{counts[n] / most:.3f}"></i>'
                   f"{100 * n // BINS}–{100 * (n + 1) // BINS} %</div>" for n in range(BINS))
    return f"<h3>Learners by share of the points</h3><div class=hist>{bars}</div>"


def _heat(mine: list[dict]) -> str:
    """Draw each check as a tile: the warmer, the more who answered failed it."""
    lines = []
    for id, title in [(row["id"], row.get("title", "")) for row in mine[0]["exercises"]]:
        rows = [row for r in mine for row in r["exercises"] if row["id"] == id]
        tiles = "".join(map(_tile, _failed(rows)))
        none = "<td>nobody's answer reached the checks</td>"
        lines.append(f"<tr><th>{text(id)}<br><span class='quiet small'>{text(title)}</span></th>"
                     f"{tiles or none}</tr>")
    return ("<h3>Where it goes wrong</h3><p class='quiet small'>Share of the answers that fail a "
            f"check, of those that reached it.</p><table class=heat>{''.join(lines)}</table>")


def _failed(rows: list[dict]) -> list[tuple[str, int, int]]:
    """Return each check's name, how many failed it and how many reached it."""
    names = dict.fromkeys(entry["check"] for row in rows for entry in row["checks"])
    seen = {name: [entry["passed"] or bool(entry.get("disputed")) for row in rows
                   for entry in row["checks"] if entry["check"] == name] for name in names}
    return [(name, len(passed) - sum(passed), len(passed)) for name, passed in seen.items()]


def _tile(told: tuple[str, int, int]) -> str:
    name, failed, all = told
    return (f'<td style="--s:{failed / all:.3f}" title="{failed} of {all}"><b>'
            f"{failed / all:.0%}</b>{text(name)}</td>")


def _mistakes(mine: list[dict]) -> str:
    """List each cause that a check named, with who met it."""
    who: dict[tuple[str, str], set[str]] = defaultdict(set)
    for r in mine:
        for row in r["exercises"]:
            for entry in row["checks"]:
                if entry.get("cause"):
                    who[row["id"], entry["cause"]].add(r["student"])
    if not who:
        return "<h3>Mistakes</h3><p class=quiet>No check named one.</p>"
    ordered = sorted(who.items(), key=lambda item: (-len(item[1]), item[0]))
    lines = [_hit(id, cause, sorted(people), len(mine))
             for (id, cause), people in ordered[:MISTAKES]]
    more = len(ordered) - MISTAKES
    tail = f"<p class=quiet>{plural(more, 'rarer mistake')} more.</p>" if more > 0 else ""
    return f"<h3>Which mistake hit how many</h3>{''.join(lines)}{tail}"


def _hit(id: str, cause: str, people: list[str], all: int) -> str:
    share = len(people) / all
    return (f'<div class=hit style="--s:{share:.3f}"><b>{len(people)}</b><div><details><summary>'
            f"{prose(sentence(cause))} <span class='quiet small'>{text(id)}</span></summary>"
            f"<span class='quiet small'>{text(', '.join(people))}</span></details><i></i>"
            "</div></div>")
