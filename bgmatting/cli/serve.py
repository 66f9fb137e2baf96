"""`bgmatting serve`: mattes over plain HTTP."""

from __future__ import annotations

import contextlib
import socket

import click

from ..errors import BgmattingError, InputError


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen; 0.0.0.0 lets others in.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, metavar="PORT"
)
@click.option(
    "--root-path",
    default="",
    metavar="PREFIX",
    help="What a proxy puts before the paths.",
)
def serve(host: str, port: int, root_path: str) -> None:
    """Answer programs over HTTP: two photos in, a PNG out.

    POST /matte takes the files source and background as multipart/form-data, and options such as
    result, bits and backdrop. GET /openapi.json says which there are, GET /healthz whether the
    weights are loaded. What is wrong with a request is answered as {"error": "a sentence"}.
    Nothing that comes is kept. Needs the extra 'serve': pip install 'bgmatting[serve]'.

    \b
    Examples:
      bgmatting serve
      curl -F source=@portrait.jpg -F background=@empty-room.jpg localhost:8000/matte > anna.png
      curl -F source=@a.jpg -F background=@b.jpg -F result=alpha -F bits=16 localhost:8000/matte
    """
    try:
        import python_multipart  # noqa: F401  # Starlette asks for it when a form comes
        import uvicorn

        from ..serve.app import build_app
    except ModuleNotFoundError as error:
        raise BgmattingError(
            f"serving needs {error.name}, which is not installed: pip install 'bgmatting[serve]'"
        ) from None
    # Ctrl-C is how it ends.
    with _listening(host, port) as listening, contextlib.suppress(KeyboardInterrupt):
        config = uvicorn.Config(
            build_app(),
            root_path=root_path,
            access_log=False,  # who asks is nobody's business
            server_header=False,
            log_level="info",
        )
        uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        InputError: it is not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"cannot listen at port {port} of {host} ({error.strerror or error}): choose others "
            "with --host and --port"
        ) from None
