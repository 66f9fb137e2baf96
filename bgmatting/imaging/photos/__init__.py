"""Photos read as they were meant to be seen, brought to one size, and written without loss."""
