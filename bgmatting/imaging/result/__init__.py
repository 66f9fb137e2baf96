"""From the network's answer at working size to a matte at full size, and what is made of it."""
