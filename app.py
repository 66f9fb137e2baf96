"""The web page: `python app.py`, or what a hosted Space runs."""

from __future__ import annotations

from bgmatting.demo import Service, build_page, serve

service = Service()
service.place()  # on a lent GPU; that counts only before the page is launched
demo = build_page(service)

if __name__ == "__main__":
    serve(demo, service)
