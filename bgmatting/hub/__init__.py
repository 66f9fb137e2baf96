"""What goes to the Hub: model cards, and weights published with them."""
