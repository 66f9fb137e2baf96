"""What runs the network: torch, or another runtime on the CPU, behind one interface."""
