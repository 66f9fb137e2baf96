"""`python -m bgmatting`: the same as the `bgmatting` command."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
