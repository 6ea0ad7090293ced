"""What judges the exercises of chapter energy, gathered in `gradcourse.checks.energy`."""
