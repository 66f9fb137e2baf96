"""What a run starts from: nothing, trained weights, or a smaller network grown larger."""
