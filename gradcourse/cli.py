"""The command `gradcourse`."""
