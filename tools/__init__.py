"""What maintainers run: `python -m tools.notebooks` and the others make what the course ships."""
