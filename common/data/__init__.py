"""The data of the lessons: made, embedded, or read from files that you have."""
