"""Weights as files: where they are, what is in them, and the network made of them."""
