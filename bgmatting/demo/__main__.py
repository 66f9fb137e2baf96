"""`python -m bgmatting.demo`: the web page where there is no checkout with its `app.py`."""

from __future__ import annotations

from . import Service, build_page, serve


def main() -> None:
    service = Service()
    serve(build_page(service), service)


if __name__ == "__main__":
    main()
