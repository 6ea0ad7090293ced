"""What judges the exercises of chapter nimble, gathered in `gradcourse.checks.nimble`."""
