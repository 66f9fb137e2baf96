"""How training computes: precision, dilated convolutions, norms, averages of weights."""
