"""TensorFlow 1 as it was, on today's runtime."""
