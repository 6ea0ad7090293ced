"""What a page imports: open it, show things, check answers, keep the ledger."""

from gradcourse.lab.begin import begin
from gradcourse.lab.cards import check, hint
from gradcourse.lab.course import course
from gradcourse.lab.panel import panel
from gradcourse.lab.progress import progress
from gradcourse.lab.recorded import recorded
from gradcourse.lab.show import show, source
from gradcourse.lab.verify import verify

__all__ = ["begin", "check", "course", "hint", "panel", "progress", "recorded", "show", "source",
           "verify"]
