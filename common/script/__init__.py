"""Somebody's own TensorFlow 1 script or notebook, run as it is: `python -m lessons script`."""
