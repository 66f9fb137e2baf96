"""What the page says about one run, as HTML: that it failed, what is wrong with the pair, facts."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from . import texts

if TYPE_CHECKING:
    from ..imaging import Matte
    from ..imaging.verdict.report import Report

_STAGES = {
    "read": "reading the photos",
    "fit": "fitting them to each other",
    "align": "making the empty photo fit",
    "network": "the network",
    "second pass": "fitting and looking once more",
    "judge": "judging the pair",
    "upsample": "bringing it to full size",
}


def failure(message: str, *, shown: bool) -> str:
    """A run that gave nothing.

    Args:
        message: what happened and what to do, in plain text.
        shown: whether an older result is still on the page.
    """
    after = f" {texts.STILL_SHOWN}" if shown else ""
    return _box("bad", texts.FAILED, f"{_sentence(message)}{after}", role="alert")


def findings(report: Report) -> str:
    """What the photographer should know; empty if all is well."""
    return "".join(
        _box(
            "bad" if finding.serious else "poor",
            texts.USELESS if finding.serious else texts.COULD_BE_BETTER,
            _sentence(finding.sentence),
            role="status",
        )
        for finding in report.findings
    )


def facts(matte: Matte) -> str:
    """What was found out about a pair, and how long it took."""
    report = matte.report
    rows = [
        ("Photo", _pixels(matte.source.shape[1], matte.source.shape[0])),
        ("The network looked at", _pixels(*matte.network_size)),
        ("Light changed", f"{report.exposure:+.2f} EV, colour balance {report.balance:.2f} EV"),
    ]
    if report.aligned:
        moved = f"{report.moved:.1f} pixels, turned by {report.turned:.2f}°; made to fit"
        rows.append(("Camera moved", moved))
    if report.missing:
        rows.append(("Not covered by the empty photo", f"{report.missing:.0%} of the picture"))
    rows += [(f"Time for {_STAGES.get(k, k)}", f"{v:.2f} s") for k, v in matte.timings.items()]
    table = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    notes = "".join(f"<li>{html.escape(_sentence(note))}</li>" for note in report.notes)
    return f"<table class='facts'>{table}</table>" + (f"<ul>{notes}</ul>" if notes else "")


def note(message: str) -> str:
    """A short word beside the downloads."""
    return f'<p role="status">{html.escape(_sentence(message))}</p>'


def _box(kind: str, title: str, text: str, *, role: str) -> str:
    return (
        f'<div class="remark {kind}" role="{role}">'
        f"<strong>{html.escape(title)}</strong><p>{html.escape(text)}</p></div>"
    )


def _sentence(text: str) -> str:
    """With a capital at its start and a stop at its end; names of files stay as they are."""
    text = text.strip()
    first = text.split(maxsplit=1)[0] if text else ""
    if first.isalpha():
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _pixels(width: int, height: int) -> str:
    return f"{width} x {height} pixels"
