"""What is wrong with a pair of photos, told from what became of it."""
