"""Figures and panels of chapter nimble, gathered in `gradcourse.pictures.nimble`."""
