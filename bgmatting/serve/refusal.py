"""What a request is refused with: a status and one sentence, as JSON."""

from __future__ import annotations

from starlette.responses import JSONResponse


class Refusal(Exception):
    """A request that is not answered as asked.

    Args:
        status: of HTTP, 4xx or 5xx.
        sentence: for whoever sent it.
        retry_after: seconds after which it may do; None: it won't, as it is.
    """

    def __init__(self, status: int, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after = status, sentence, retry_after

    def response(self) -> JSONResponse:
        """The answer: `{"error": sentence}`."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return JSONResponse({"error": self.sentence}, self.status, headers)
