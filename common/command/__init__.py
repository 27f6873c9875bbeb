"""`python -m lessons`: the lessons there are, their flags, and what it does with them."""
