"""The claim ledger: what a source says, what was measured here, and whether the two agree.

A claim is judged by a rule that is printed before the run: a statistic, the range in which it must
lie and the smallest effect that matters.  Verdicts rest on seeds nobody has looked at: those below
1000 are for looking, those from 1000 on for judging.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from IPython.display import display

from gradcourse.evidence import Interval, Rule, combine, verdict
from gradcourse.lab.table import plain, seed_text, span, table

FIRST_FRESH_SEED = 1000
MIME = "application/vnd.gradcourse.claim+json"


@dataclass
class Claim:
    """One row of the ledger; ``rules`` and ``measured`` map a part's name to its value."""

    id: str
    claim: str
    source: str
    setting: str = ""
    rules: dict[str, Rule] = field(default_factory=dict)
    seeds: list[int] | None = None
    measured: dict[str, Interval] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)
    verdict: str = ""
    why: str = ""

    def same_rule(self, other: "Claim") -> bool:
        """Tell whether two rows fix the same rule, whatever was measured since."""
        return all(getattr(self, name) == getattr(other, name)
                   for name in ("id", "claim", "source", "setting", "rules", "seeds"))


class Ledger:
    """The claims of one page, in the order their rules were set."""

    def __init__(self, judged: bool = True):
        self.judged = judged
        self.claims: dict[str, Claim] = {}

    def rule(self, id: str, *, claim: str, source: str, setting: str = "", statistic: str = "",
             low: float = -math.inf, high: float = math.inf, smallest: str = "",
             seeds: Iterable[int] | None = None, parts: dict[str, Rule] | None = None) -> None:
        """Fix, before the run, how a claim will be judged, and print it.

        Args:
            id: the claim's name on the page, such as "0A".
            claim: what is claimed, one sentence.
            source: who says it, and what exactly.
            setting: what is run.
            statistic: what is measured, with its unit.
            low: smallest value that agrees with the claim.
            high: largest value that agrees with the claim.
            smallest: the smallest effect that matters, in words.
            seeds: the seeds of the run, 1000 and above; None for an exact statement.
            parts: several rules by name, instead of one.

        Raises:
            ValueError: a rule that differs from the one its claim was judged by, a seed below
                1000, or neither a statistic nor parts.
        """
        if bool(statistic) == bool(parts):
            raise ValueError(f"{id}: give either a statistic with its range or parts")
        rules = dict(parts) if parts else {"": Rule(statistic, low, high, smallest=smallest)}
        row = Claim(id, claim, source, setting, rules, _fresh(id, seeds))
        known = self.claims.get(id)
        if known is not None and known.verdict and not known.same_rule(row):
            raise ValueError(f"{id}: a rule cannot change after its claim was measured")
        self.claims[id] = row
        print(_announce(row))

    def claim(self, id: str, interval: Interval | dict[str, Interval]) -> None:
        """Judge a claim by its rule.

        Args:
            id: the claim's name.
            interval: what was measured, or one interval for each part.

        Raises:
            ValueError: the claim has no rule, or the parts differ from the rule's.
        """
        row = self.claims.get(id)
        if row is None or not row.rules:
            raise ValueError(f"{id}: no rule was set before this claim was measured")
        measured = dict(interval) if isinstance(interval, dict) else {"": interval}
        if set(measured) != set(row.rules):
            raise ValueError(f"{id}: the rule has {_names(row.rules)}, measured {_names(measured)}")
        row.measured = {name: measured[name] for name in row.rules}
        row.verdicts = {name: verdict(row.measured[name], rule) if self.judged else "not judged"
                        for name, rule in row.rules.items()}
        row.verdict = combine(list(row.verdicts.values())) if self.judged else "not judged"

    def untestable(self, id: str, *, claim: str, source: str, why: str) -> None:
        """Enter a claim that cannot be tested here, with the reason."""
        self.claims[id] = Claim(id, claim, source, verdict="not testable here", why=why)

    def show(self) -> None:
        """Show the ledger as a table of four columns.

        Raises:
            ValueError: a rule was set and its claim never measured.
        """
        waiting = [row.id for row in self.claims.values() if not row.verdict]
        if waiting:
            raise ValueError(f"rules without a measured claim: {', '.join(waiting)}")
        rows = list(self.claims.values())
        bundle = {"text/plain": plain(rows), "text/html": table(rows), MIME: self.rows()}
        display(bundle, raw=True)

    def rows(self) -> list[dict]:
        """Return the claims as plain data, as they travel in the page's output."""
        return [_data(row) for row in self.claims.values()]


def _fresh(id: str, seeds: Iterable[int] | None) -> list[int] | None:
    if seeds is None:
        return None
    seeds = list(seeds)
    if not seeds:
        raise ValueError(f"{id}: seeds must not be empty; None means an exact statement")
    if min(seeds) < FIRST_FRESH_SEED:
        raise ValueError(f"{id}: seeds must be >= {FIRST_FRESH_SEED}, got {min(seeds)}; "
                         f"those below are for looking")
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"{id}: seeds must differ")
    return seeds


def _announce(row: Claim) -> str:
    lines = [f"{row.id}  {row.claim}"]
    if row.setting:
        lines.append(f"    run         {row.setting}")
    for rule in dict.fromkeys(row.rules.values()):  # parts with the same rule share one entry
        names = ", ".join(name for name, other in row.rules.items() if name and other == rule)
        lines.append(f"    measured    {f'{names}: ' if names else ''}{rule.statistic}")
        lines.append(f"                reproduced when the whole interval is {span(rule)}")
        lines.append(f"                smallest effect that matters: {rule.smallest}")
    lines.append(f"    seeds       {seed_text(row.seeds)}")
    return "\n".join(lines)


def _names(parts: dict) -> str:
    return ", ".join(name or "one value" for name in parts)


def _data(row: Claim) -> dict:
    """Flatten a row; a claim of several parts lists them under "parts"."""
    parts = [{"name": name, "statistic": rule.statistic, "rule": span(rule),
              "smallest": rule.smallest, "interval": _ends(row.measured.get(name)),
              "n": getattr(row.measured.get(name), "n", None),
              "verdict": row.verdicts.get(name)} for name, rule in row.rules.items()]
    one = parts[0] if len(parts) == 1 else {}
    data = {"id": row.id, "claim": row.claim, "source": row.source, "setting": row.setting}
    data |= {key: one.get(key) for key in ("statistic", "interval", "n", "rule", "smallest")}
    data |= {"seeds": row.seeds, "verdict": row.verdict}
    if len(parts) > 1:
        data["parts"] = parts
    return data | ({"why": row.why} if row.why else {})


def _ends(interval: Interval | None) -> list[float | None] | None:
    """Return [low, mid, high], with None for what JSON cannot say."""
    if interval is None:
        return None
    ends = (float(interval.low), float(interval.mid), float(interval.high))
    return [value if math.isfinite(value) else None for value in ends]
