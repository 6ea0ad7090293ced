"""How a card looks: one description, written as HTML for light and dark and as plain text."""

import html
import re
from dataclasses import dataclass

from gradcourse.checks import Exercise, Failure
from gradcourse.pictures.style import BASELINE, FAILURE, REPAIRED

GREY, RED, GREEN = BASELINE, FAILURE, REPAIRED
INK = "var(--jp-content-font-color1, inherit)"
QUIET = "var(--jp-content-font-color2, #7a7a7a)"
LINE = "var(--jp-border-color2, rgba(128, 128, 128, 0.35))"
TEXT = "var(--jp-content-font-family, system-ui, sans-serif)"
CODE = "var(--jp-code-font-family, ui-monospace, monospace)"
MORE = f"margin-top: 10px; padding-top: 8px; border-top: 1px solid {LINE};"


@dataclass(frozen=True)
class Card:
    """What a card says, before it has a look."""

    colour: str
    title: str  # which exercise
    verdict: str  # one line, with the points
    passed: tuple[str, ...] = ()
    failed: tuple[tuple[str, Failure], ...] = ()
    notes: tuple[str, ...] = ()
    id: str = ""


def bundle(card: Card) -> dict[str, str]:
    """Return a card in both forms."""
    return {"text/html": as_html(card), "text/plain": as_text(card)}


# ---------------------------------------------------------------- plain text


def as_text(card: Card) -> str:
    """Write a card as plain text: the same words, no colour."""
    lines = [f"{card.title}: {card.verdict}"]
    if card.passed:
        lines.append(f"  passed: {', '.join(card.passed)}")
    for name, failure in card.failed[:1]:
        lines.append(f"  failed: {name}")
        lines += [f"    {word:<9} {value}" for word, value in fields(failure)]
        lines.append(f"    {'cause':<9} {failure.cause}")
        lines.append(f"    {'hint':<9} number {failure.hint} of hint({card.id!r})")
    lines += [f"  failed: {name}: {failure.cause}" for name, failure in card.failed[1:]]
    return "\n".join(lines + [f"  {note}" for note in card.notes])


def fields(failure: Failure) -> list[tuple[str, str]]:
    """Name the parts of a failure that have something to say."""
    parts = (("tried", failure.tried), ("expected", failure.expected), ("got", failure.got))
    return [(word, value) for word, value in parts if value]


# ---------------------------------------------------------------- HTML


def as_html(card: Card) -> str:
    """Write a card as HTML: a bar at its left, calm type, columns that line up."""
    head = (
        f'<span style="color: {QUIET};">{escape(card.title)}</span>'
        f'<div style="font-weight: 600; font-size: 1.08em;">{escape(_capital(card.verdict))}</div>'
    )
    body = [_failure(card.id, *pair) for pair in card.failed[:1]]
    body += [_others(card.id, card.failed[1:])] if card.failed[1:] else []
    body += [_quiet(f"Passed: {', '.join(card.passed)}.")] if card.passed else []
    body += [_note(note, MORE if body else "margin-top: 4px;") for note in card.notes]
    return frame(card.colour, head + "".join(body))


def frame(colour: str, inner: str) -> str:
    """Put a bar of a colour at the left of something."""
    return (
        f'<div style="border-left: 4px solid {colour}; padding: 8px 16px 10px 14px; '
        f"margin: 4px 0; max-width: 864px; box-sizing: border-box; color: {INK}; "
        f"font-family: {TEXT}; font-size: 14px; line-height: 1.5; "
        f'background: rgba(128, 128, 128, 0.06);">{inner}</div>'
    )


def escape(text: str) -> str:
    """Make a text harmless; what stands in backticks is set as code."""
    code = f'<code style="font-family: {CODE}; background: none; color: inherit;">\\1</code>'
    return re.sub(r"`([^`]+)`", code, html.escape(text))


def _failure(id: str, name: str, failure: Failure) -> str:
    """Show one failed check: what was tried, wanted and given, why, and where help is."""
    rows = "".join(
        f'<span style="color: {QUIET};">{word}</span>'
        f'<span style="font-family: {CODE}; font-size: 13px; white-space: pre-wrap; '
        f'overflow-wrap: anywhere;">{html.escape(value)}</span>'
        for word, value in fields(failure)
    )
    return (
        f'<div style="margin-top: 10px;">Failed: <b>{escape(name)}</b></div>'
        f'<div style="display: grid; grid-template-columns: max-content 1fr; '
        f'column-gap: 16px; row-gap: 1px; margin: 4px 0 8px 0; align-items: baseline;">'
        f"{rows}</div>"
        f"<div>{escape(_sentence(failure.cause))} "
        f'<span style="color: {QUIET};">{escape(_help(id, failure))}</span></div>'
    )


def _others(id: str, failed: tuple) -> str:
    """Fold the other failed checks away under one line."""
    word = "1 more check fails" if len(failed) == 1 else f"{len(failed)} more checks fail"
    inner = "".join(_failure(id, *pair) for pair in failed)
    return (
        f'<details style="{MORE}"><summary style="cursor: pointer; color: {QUIET};">'
        f"{word}</summary>{inner}</details>"
    )


def _help(id: str, failure: Failure) -> str:
    return f'Hint {failure.hint} of `hint("{id}")` is about this.' if id else ""


def _sentence(text: str) -> str:
    """Begin with a capital, end with a stop."""
    text = _capital(text)
    return text if text.endswith((".", "?", "!")) else text + "."


def _capital(text: str) -> str:
    """Begin with a capital, unless code or a letter of the formulas comes first."""
    first, _, rest = text.partition(" ")
    article = first == "a" and rest.split(" ", 1)[0].isalpha()
    word = article or len(first) > 1 and first.rstrip(",:;.").isalpha()
    return text[:1].upper() + text[1:] if word else text


def _quiet(text: str) -> str:
    return f'<div style="margin-top: 8px; color: {QUIET};">{escape(text)}</div>'


def _note(text: str, style: str) -> str:
    return f'<div style="{style}">{escape(text)}</div>'


# ---------------------------------------------------------------- hints

LEVELS = ("A nudge", "The formula", "Pseudocode")


def hints_text(exercise: Exercise) -> str:
    """Write the three hints as plain text, one after another."""
    parts = []
    for number, (level, text) in enumerate(zip(LEVELS, exercise.hints, strict=True), 1):
        body = "\n".join(f"    {line}" for line in text.splitlines())
        parts.append(f"  hint {number}, {level.lower()}:\n{body}")
    return "\n".join([f"{exercise.id} {exercise.title}", *parts])


def hints_html(exercise: Exercise) -> str:
    """Fold three hints into one another: each opens inside the one before."""
    inner = ""
    for number in range(len(LEVELS), 0, -1):
        text = exercise.hints[number - 1]
        inner = (
            f'<details style="margin-top: 6px;"><summary style="cursor: pointer;">'
            f'Hint {number} <span style="color: {QUIET};">{LEVELS[number - 1]}</span></summary>'
            f'<div style="margin: 4px 0 4px 18px;">{_hint_body(text)}</div>{inner}</details>'
        )
    title = f'<span style="color: {QUIET};">{escape(exercise.id + " " + exercise.title)}</span>'
    return frame(GREY, title + inner)


def _hint_body(text: str) -> str:
    if "\n" not in text:
        return escape(text)
    return (
        f'<pre style="font-family: {CODE}; font-size: 13px; margin: 0; padding: 0; '
        f'background: none; color: inherit; white-space: pre-wrap;">{html.escape(text)}</pre>'
    )
