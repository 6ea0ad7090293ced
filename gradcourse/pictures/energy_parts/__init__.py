"""Figures and panels of chapter energy, gathered in `gradcourse.pictures.energy`."""
