"""One page to mark the answers in words: by question, without names, with the rubric beside.

What is typed stays in the browser until it is saved as `marks.csv`; `grade --marks` merges that.
"""

import json

from gradcourse.grading import marking
from gradcourse.grading.look import page as wrapped
from gradcourse.grading.look import plural, points, text

STYLE = """
header{position:sticky;top:0;z-index:1;background:var(--ground);border-bottom:1px solid var(--line);
padding:.7rem 0;margin-bottom:1rem}
button{font:inherit;font-weight:600;color:var(--ground);background:var(--blue);border:0;
border-radius:4px;padding:.45rem 1rem;cursor:pointer}
.task{border:1px solid var(--line);border-radius:4px;padding:.2rem 1.1rem;margin:.8rem 0}
.task pre{margin:.6rem 0;font:inherit}
.answer pre{font:inherit;max-width:44rem}.answer.done{--tone:var(--good)}
.mark{display:flex;gap:.7rem;align-items:center;margin-top:.8rem;flex-wrap:wrap}
input,textarea{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--quiet);
border-radius:4px;padding:.35rem .55rem}
input{width:5.5rem}textarea{flex:1;min-width:16rem;height:2.4rem;resize:vertical}
"""
SCRIPT = """
const boxes = [...document.querySelectorAll('.answer')];
const store = 'marks:' + document.body.querySelector('header').dataset.key;
let kept = {};
try { kept = JSON.parse(localStorage.getItem(store)) || {}; } catch (error) { kept = {}; }
const parts = box => [box.querySelector('input'), box.querySelector('textarea')];
function count() {
  const done = boxes.filter(box => parts(box)[0].value !== '').length;
  for (const box of boxes) box.classList.toggle('done', parts(box)[0].value !== '');
  document.querySelector('#count').textContent = `${done} of ${boxes.length} marked`;
}
for (const box of boxes) {
  const [points, comment] = parts(box), saved = kept[box.id];
  if (saved) [points.value, comment.value] = saved;
  box.addEventListener('input', () => {
    kept[box.id] = [points.value, comment.value];
    try { localStorage.setItem(store, JSON.stringify(kept)); } catch (error) {}
    count();
  });
}
const quoted = text => '"' + text.replaceAll('"', '""') + '"';
document.querySelector('button').addEventListener('click', () => {
  const wrong = boxes.map(box => parts(box)[0]).find(input => !input.checkValidity());
  if (wrong) { wrong.reportValidity(); return; }
  const lines = boxes.map(box => [box.dataset.assignment, box.dataset.question, box.id,
                                  ...parts(box).map(part => part.value)].map(quoted).join(','));
  const csv = 'assignment,question,answer,points,comment\\n' + lines.join('\\n') + '\\n';
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csv], {type: 'text/csv'}));
  link.download = 'marks.csv';
  link.click();
});
count();
"""


def page(answers: list[dict]) -> str:
    """Return the page of all free answers, by question."""
    if not answers:
        return wrapped("Marking", "<h1>Marking</h1><p>No answer in words waits here.</p>")
    key = text(json.dumps(sorted({a["assignment"] for a in answers})))
    head = (f'<h1>Marking</h1><p class=quiet>By question, in an order that tells no name. What you '
            "type stays in this browser; the button saves it as <code>marks.csv</code>, and "
            "<code>gradcourse grade … --marks marks.csv</code> takes it over.</p>"
            f'<header class=top data-key="{key}"><span id=count role=status>'
            f"{plural(len(answers), 'answer')}</span><button>Save marks.csv</button></header>")
    body, last = [head], None
    for answer in answers:
        here = (answer["assignment"], answer["question"])
        if here != last:
            body.append(_question(*here))
        body.append(_answer(answer, marking.questions(here[0])[here[1]]["points"]))
        last = here
    return wrapped("Marking", "".join(body), STYLE, SCRIPT)


def _question(assignment: str, question: str) -> str:
    asked = marking.questions(assignment)[question]
    shown = ("<details><summary>What an answer should say</summary>"
             f"<pre>{text(asked['rubric'])}</pre></details>" if asked["rubric"] else "")
    return (f"<h2>{text(asked['title'])} <span class=quiet>{text(assignment)}</span></h2>"
            f"<div class=task><pre>{text(asked['question'])}</pre>{shown}</div>")


def _answer(answer: dict, most: float) -> str:
    code = answer["answer"]
    return (f'<section class="card answer" id="{code}" data-question="{text(answer["question"])}" '
            f'data-assignment="{text(answer["assignment"])}"><pre>{text(answer["text"])}</pre>'
            f'<div class=mark><label><input type=number min=0 max={most:g} step=any '
            f'value="{points(answer["points"]) if "points" in answer else ""}" '
            f'aria-label="points of answer {code}"> of {points(most)}</label>'
            f'<textarea placeholder="A word to the learner" aria-label="comment on answer {code}">'
            f"{text(answer.get('comment', ''))}</textarea></div></section>")
