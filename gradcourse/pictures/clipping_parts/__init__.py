"""Figures and panels of chapter clipping, gathered in `gradcourse.pictures.clipping`."""
