"""Mattes over plain HTTP, for programs: `bgmatting serve`."""
