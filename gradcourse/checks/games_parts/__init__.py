"""What judges the exercises of chapter games, gathered in `gradcourse.checks.games`."""
