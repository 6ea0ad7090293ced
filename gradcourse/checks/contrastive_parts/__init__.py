"""What judges the exercises of chapter contrastive, gathered in `gradcourse.checks.contrastive`."""
