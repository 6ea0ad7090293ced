"""A learner's page: each check, its verdict, and what was tried on inputs that may be seen."""

from gradcourse.grading.look import page as wrapped
from gradcourse.grading.look import plural, points, prose, sentence, text

DISPUTED = "Your instructor looks at this one; it costs no points."


def page(result: dict, answers: list[dict] = (), *, late: bool = False) -> str:
    """Return one submission's page.

    Args:
        result: a record of the batch.
        answers: the free answers, with the marks that somebody gave.
        late: whether it came after the deadline.
    """
    rows = result["exercises"]
    total, most = (sum(row[key] for row in rows) for key in ("points", "max_points"))
    so_far = " so far" if any(row["state"] == "ungraded" for row in rows) else ""
    head = (f'<p class="quiet small">{text(result["assignment"])}</p><div class=top>'
            f'<h1>{text(result["student"])}</h1>'
            f"<p><b>{points(total)}</b> of {points(most)} points{so_far}</p></div>")
    bar = "".join(f'<span style="--w:{row["max_points"]:g};'
                  f'--p:{100 * row["points"] / row["max_points"]:.1f}%"></span>' for row in rows)
    late_word = "<p class=quiet>Handed in after the deadline.</p>" if late else ""
    body = [head, f"<div class=bar aria-hidden=true>{bar}</div>", late_word]
    body += [exercise(row) for row in rows]
    body += [_answer(answer) for answer in answers]
    body.append(_stopped(result["stopped"]))
    return wrapped(f"{result['assignment']}: {result['student']}", "".join(body))


def exercise(row: dict) -> str:
    """Return one exercise's card."""
    tone, word = verdict(row)
    earned = "–" if row["state"] == "ungraded" else points(row["points"])
    head = (f'<div class=top><h2>{text(row["id"])} <span class=quiet>{text(row.get("title", ""))}'
            f"</span></h2><span class=n>{earned} of {points(row['max_points'])}"
            f"</span></div><div class=word>{word}</div>")
    if row["state"] != "graded" or row.get("override") or not row["checks"]:
        head += f"<p>{prose(sentence(row['reason']))}</p>" if row["reason"] else ""
    failed = "".join(_check(entry) for entry in row["checks"] if not entry["passed"])
    passed = ", ".join(text(entry["check"]) for entry in row["checks"] if entry["passed"])
    passed = f'<p class="quiet small">Passed: {passed}.</p>' if passed else ""
    return f'<section class="card {tone}">{head}{failed}{passed}</section>'


def verdict(row: dict) -> tuple[str, str]:
    """Return the tone of a row and its verdict as words."""
    if row["state"] == "ungraded":
        return "open", "Not graded yet: a person looks at it"
    if row["state"] == "not started":
        return "", "Not started"
    if row["state"] == "died":
        return "bad", "Stopped before an answer came"
    if row["points"] >= row["max_points"]:
        return "good", "Right"
    return "bad", "Partly right" if row["points"] else "Not right yet"


def _check(entry: dict) -> str:
    if entry["disputed"]:
        return (f"<div class=check>Open: <b>{text(entry['check'])}</b><br>{DISPUTED}</div>")
    parts = "".join(f"<dt>{word}</dt><dd><code>{text(entry[word])}</code></dd>"
                    for word in ("tried", "expected", "got") if entry[word])
    hint = (f' <span class=quiet>Hint {int(entry["hint"])} is about this.</span>'
            if entry.get("hint") else "")
    return (f"<div class=check>Failed: <b>{text(entry['check'])}</b>"
            f"{f'<dl>{parts}</dl>' if parts else '<br>'}"
            f"{prose(sentence(entry['cause']))}{hint}</div>")


def _answer(answer: dict) -> str:
    marked = "points" in answer
    title = answer.get("title") or answer["question"]
    head = f"<div class=top><h2>{text(title)}</h2>"
    head += f"<span class=n>{points(answer['points'])} points</span>" if marked else ""
    word = "Marked" if marked else "Not marked yet"
    comment = f"<p>{prose(answer['comment'])}</p>" if answer.get("comment") else ""
    return (f'<section class="card open">{head}</div><div class=word>{word}</div>{comment}'
            f"<details><summary>Your answer</summary><pre>{text(answer['text'])}</pre></details>"
            "</section>")


def _stopped(stopped: list[dict]) -> str:
    if not stopped:
        return ""
    lines = "".join(f"<dt>cell {int(stop['cell'])}</dt><dd><code>{text(stop['why'])}</code></dd>"
                    for stop in stopped[:20])
    return (f"<details><summary>{plural(len(stopped), 'cell')} stopped when the notebook ran"
            f"</summary><dl>{lines}</dl></details>")


def plain(row: dict) -> str:
    """Write one exercise's card as text: the same words."""
    title = f"{row['id']} {row.get('title', '')}".strip()
    lines = [f"{title}: {verdict(row)[1]}, {points(row['points'])} of {points(row['max_points'])}"]
    if row["reason"] and not row["checks"]:
        lines.append(f"  {row['reason']}")
    for entry in row["checks"]:
        if entry["passed"]:
            continue
        lines.append(f"  {'open' if entry['disputed'] else 'failed'}: {entry['check']}")
        parts = [("", DISPUTED)] if entry["disputed"] else [
            (word, entry[word]) for word in ("tried", "expected", "got", "cause")]
        lines += [f"    {word:<9} {value}".rstrip() for word, value in parts if value]
    passed = ", ".join(entry["check"] for entry in row["checks"] if entry["passed"])
    return "\n".join(lines + ([f"  passed: {passed}"] if passed else [])) + "\n"
