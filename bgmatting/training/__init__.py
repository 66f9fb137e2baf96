"""Training: a generator of photo pairs with known mattes, the losses, and the loop."""
