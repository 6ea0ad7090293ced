"""The ledger as a table for eyes and as plain text for comparison."""

import html
import math

from gradcourse.evidence import Interval, Rule
from gradcourse.pictures.style import BASELINE, EXTRA, FAILURE, REPAIRED

COLOURS = {"reproduced": REPAIRED, "partly": EXTRA[0], "not reproduced": FAILURE}
QUIET = "color: var(--jp-content-font-color2, #7a7a7a); font-size: 0.88em;"
CELL = ("text-align: left; vertical-align: top; padding: 10px 14px 10px 0; white-space: normal; "
        "line-height: 1.4; background: transparent; border: 0; "
        "border-bottom: 1px solid var(--jp-border-color2, rgba(128, 128, 128, 0.35));")
HEAD = CELL + " font-weight: 600; border-bottom-width: 2px;"
OFF_ROUND = 1e-6  # keeps ends such as 0.25 and 0.95 from rounding now up, now down
ROUNDING = 1e-9  # what is smaller is left by rounding, and another machine leaves other digits
COLUMNS = (("Claim", 36), ("The source says", 20), ("Measured here", 27), ("Verdict", 17))


def plain(rows: list) -> str:
    """Write verdicts and coarse intervals: the same text on every machine."""
    return "\n".join(f"{row.id:<4} {row.claim}\n     {_plain_verdict(row)}" for row in rows)


def table(rows: list) -> str:
    """Write the ledger as HTML that reads in light and dark."""
    head = "".join(f'<th style="{HEAD} width: {width}%;">{name}</th>' for name, width in COLUMNS)
    body = "".join(f'<tr style="background: transparent;">{_cells(row)}</tr>' for row in rows)
    return ('<table style="width: 100%; max-width: 864px; margin: 4px 0; border: 0; '
            'border-collapse: collapse; table-layout: fixed; font-size: 13px; color: inherit;">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def number(value: float, digits: int = 2) -> str:
    """Write a number with so many digits that count."""
    return f"{float(f'{value:.{digits}g}'):g}" if math.isfinite(value) else str(value)


def measured(interval: Interval) -> str:
    """Write what was measured as HTML: the middle, and both ends where they differ."""
    return f"<b>{_fine(interval.mid, interval)}</b>{_range(interval)}"


def span(rule: Rule) -> str:
    """Say in words where a rule wants the statistic."""
    if rule.low == -math.inf and rule.high == math.inf:
        return "anywhere"
    if rule.low == -math.inf:
        return f"at most {rule.high:g}"
    if rule.high == math.inf:
        return f"at least {rule.low:g}"
    return f"between {rule.low:g} and {rule.high:g}"


def seed_text(seeds: list[int] | None) -> str:
    """Name the seeds of a run."""
    if seeds is None:
        return "exact, no seeds"
    if seeds == list(range(seeds[0], seeds[0] + len(seeds))) and len(seeds) > 1:
        return f"{seeds[0]} to {seeds[-1]}, fresh"
    return ", ".join(map(str, seeds)) + ", fresh"


def _plain_verdict(row) -> str:
    if row.verdict == "not judged" or not row.measured:
        return f"{row.verdict}: {row.why}" if row.why else row.verdict
    parts = [f"{name + ' ' if name else ''}{_coarse(interval)}"
             + (f" {row.verdicts[name]}" if name else "")
             for name, interval in row.measured.items()]
    return f"{row.verdict}: {'; '.join(parts)}"


def _coarse(interval) -> str:
    """Write both ends to the one digit that counts for the larger."""
    ends = [end * (1 + OFF_ROUND) for end in (interval.low, interval.high)]
    size = max(map(abs, ends))
    if size < ROUNDING:
        return "about 0"
    if math.isfinite(size):
        unit = 10.0 ** math.floor(math.log10(size))
        ends = [round(end / unit) * unit for end in ends]
    low, high = (number(end, 1) for end in ends)
    return f"about {low}" if low == high else f"{low} to {high}"


def _cells(row) -> str:
    runs = _quiet(f"{'' if row.seeds is None else 'seeds '}{seed_text(row.seeds)}")
    claim = f"<b>{_escape(row.id)}</b>&ensp;{_escape(row.claim)}{_quiet(row.setting)}"
    claim += runs if row.rules else ""
    measured = _quiet(row.why) if row.why else "".join(_part(row, name) for name in row.rules)
    cells = [claim, _escape(row.source), measured, _word(row)]
    return "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells)


def _part(row, name: str) -> str:
    """Write one measured interval with its statistic and its rule."""
    rule, interval = row.rules[name], row.measured[name]
    title = f"{_escape(name)}: " if name else ""
    verdict = f": {row.verdicts[name]}" if name else ""
    return (f"<div>{title}{measured(interval)}</div>"
            + _quiet(f"{rule.statistic}; wanted {span(rule)}{verdict}", "margin-bottom: 4px;"))


def _range(interval) -> str:
    if interval.low == interval.high:
        return ""
    return f"&ensp;[{_fine(interval.low, interval)}, {_fine(interval.high, interval)}]"


def _fine(value: float, interval) -> str:
    """Write a value with two digits, or as many as tell the interval's ends apart."""
    width = interval.high - interval.low
    if not (math.isfinite(value) and 0 < width < math.inf):
        return number(value)
    places = max(-math.floor(math.log10(width / 4)), 1 - _power_of_ten(value))
    return f"{round(value, places):.12g}".replace("-", "\N{MINUS SIGN}")


def _power_of_ten(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 1


def _word(row) -> str:
    colour = COLOURS.get(row.verdict, BASELINE)
    return (f'<span style="border-left: 4px solid {colour}; padding-left: 8px; '
            f'font-weight: 600; display: inline-block;">{_escape(row.verdict)}</span>')


def _quiet(text: str, style: str = "") -> str:
    return f'<div style="{QUIET}{style}">{_escape(text)}</div>' if text else ""


def _escape(text: str) -> str:
    return html.escape(text, quote=False)
