"""Judge notebooks for another program, line by line: nbgrader asks, this process answers.

    python -m gradcourse.grading.serve FOLDER

A request is one line of JSON: student, assignment, notebook (its text). The answer is the record
of the batch, with a plain text for each exercise. Results and the class page stay in
`FOLDER/graded`; a submission that did not change is not judged again.
"""

import json
import os
import sys
from pathlib import Path

from gradcourse.grading import batch, feedback, judge, library, report
from gradcourse.grading.settings import secret, settings
from gradcourse.grading.submission import Found


def main(folder: str) -> int:
    """Answer until the asking program hangs up."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints here must not look like an answer
    place = Path(folder)
    chosen = settings(place)
    key, edition = secret(chosen.secret), library.edition(chosen.checks)
    out = place / "graded"
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            reply = _judged(asked, out, key, chosen, edition)
        except ValueError as error:
            reply = {"error": str(error)}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()
    judge.close()
    report.write_all(out)
    return 0


def _judged(asked: dict, out: Path, key: bytes, chosen, edition: str) -> dict:
    assignment = library.choose([asked["assignment"]])[0]
    found = Found(asked["student"], assignment, asked["notebook"].encode("utf-8", "replace"),
                  name=f"{assignment}.ipynb", file=f"{assignment}.ipynb")
    made, texts = batch.task(found, key, chosen, edition)
    batch.note(out, [found], [(made, texts)], chosen, None)
    if not batch.kept(out, made):
        batch.save(out, judge.judge(made))
    result = batch.stored(batch.result_path(out, assignment, found.student))
    rows = {row["id"]: row | {"text": feedback.plain(row)} for row in result["exercises"]}
    return {"exercises": rows}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
