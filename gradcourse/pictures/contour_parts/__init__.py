"""Figures and panels of chapter contour, gathered in `gradcourse.pictures.contour`."""
