"""What judges the exercises of chapter contour, gathered in `gradcourse.checks.contour`."""
