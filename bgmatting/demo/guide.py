"""How to take the two photos: three lines, and a right and a wrong pair, drawn."""

from __future__ import annotations

LINES = (
    (
        "Fix the camera.",
        "A tripod is best; a shelf or a pile of books will do. Don't touch it in between.",
    ),
    (
        "Lock focus and exposure.",
        "On most phones: hold a finger on the picture until it says so.",
    ),
    (
        "Keep the subject a step away from the wall",
        "and mind its shadow: it must not fall on anything that is seen.",
    ),
)
RIGHT = "Only the subject differs."
WRONG = "The camera tilted, the light changed, and a shadow lies on the wall."
RIGHT_DRAWN = (
    "Two drawings of a room from the same spot in the same light, the first with a woman in front, "
    "the second without her."
)
WRONG_DRAWN = (
    "Two drawings of a room: in the first a woman stands close to the wall and casts a shadow on "
    "it, the second is empty, but tilted and darker."
)
LABELS = ("with the subject", "empty")

WIDTH, HEIGHT, GAP = 190, 142, 16  # of a drawn photo, and between two

ROOM = """
<rect x="-40" y="-40" width="270" height="152" fill="#f2dfc6"/>
<path d="M-40 -40H230V18L-40 70Z" fill="#f7e9d5"/>
<rect x="-40" y="108" width="270" height="5" fill="#fffaf2"/>
<rect x="-40" y="113" width="270" height="70" fill="#b98d63"/>
<path d="M-40 124H230M-40 138H230M30 113V124M120 113V124M75 124V138M165 124V138"
 stroke="#a67b53" stroke-width="1.2" fill="none"/>
<g stroke="#fffaf2" stroke-width="3.5">
<rect x="13" y="16" width="42" height="50" fill="#bfe1f0"/><path d="M34 16V66M13 41H55"/></g>
<path d="M15 60Q22 48 32 55V64H15ZM36 57Q46 46 53 55V64H36Z" fill="#8fbf8a"/>
<rect x="136" y="20" width="34" height="26" rx="1" fill="#fffaf2" stroke="#7a5638"
 stroke-width="2.5"/>
<circle cx="160" cy="28" r="3.4" fill="#f0a15c"/>
<path d="M138 44L148 31L156 40L160 36L168 44Z" fill="#6d94a8"/>
<g fill="#4f8a5b"><ellipse cx="164" cy="78" rx="5" ry="17"/>
<ellipse cx="155" cy="84" rx="4" ry="14" transform="rotate(-32 155 84)"/>
<ellipse cx="174" cy="84" rx="4" ry="14" transform="rotate(32 174 84)"/></g>
<path d="M153 94H175L171 117H157Z" fill="#c8694a"/>
"""
OUTLINE = (
    "M56 150C56 116 68 106 87 102L87 92C76 88 74 78 74 64C74 46 84 36 98 36S122 46 122 64C122 78"
    " 120 88 109 92L109 102C128 106 140 116 140 150Z"
)
PERSON = """
<path d="M73 90C69 50 78 34 98 34S127 50 123 90Q98 100 73 90Z" fill="#46302a"/>
<path d="M56 150C56 116 68 106 87 102H109C128 106 140 116 140 150Z" fill="#4f5bd5"/>
<path d="M88 84H108V100Q98 112 88 100Z" fill="#d99a74"/>
<path d="M81 58C81 48 88 44 98 44S115 48 115 58C115 76 108 88 98 88S81 76 81 58Z" fill="#ebb18b"/>
<path d="M78 62C79 46 90 40 104 46C100 54 90 58 78 62ZM103 45C112 46 117 52 117 64C112 58 106 54 103 45Z"
 fill="#46302a"/>
<g fill="#46302a"><circle cx="91" cy="66" r="1.7"/><circle cx="105" cy="66" r="1.7"/></g>
<path d="M92 76Q98 81 104 76" stroke="#a3543f" stroke-width="1.8" fill="none"
 stroke-linecap="round"/>
"""  # noqa: E501
SHADOW = f'<path d="{OUTLINE}" transform="translate(24 3)" fill="#4b2f1d" opacity="0.36"/>'
TILTED = (
    f'<g transform="translate(14 9) rotate(-8 95 71) scale(1.08)">{ROOM}</g>'
    f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#1c2350" opacity="0.34"/>'
)
CHECK = ("#15803d", "M-8 0.5L-2.5 6L8.5 -6")
CROSS = ("#dc2626", "M-6.5 -6.5L6.5 6.5M6.5 -6.5L-6.5 6.5")


def _photo(drawn: str, left: int, label: str, name: str) -> str:
    """One drawn photo, clipped to its frame, with its label beneath."""
    frame = f'width="{WIDTH}" height="{HEIGHT}" rx="10"'
    return (
        f'<g transform="translate({left} 0)"><clipPath id="guide-{name}"><rect {frame}/></clipPath>'
        f'<g clip-path="url(#guide-{name})">{drawn}</g>'
        f'<rect {frame} fill="none" stroke="currentColor" stroke-opacity="0.25"/>'
        f'<text x="{WIDTH // 2}" y="{HEIGHT + 20}" text-anchor="middle" font-size="15"'
        f' fill="currentColor">{label}</text></g>'
    )


def _pair(name: str, drawn: tuple[str, str], mark: tuple[str, str], title: str, said: str) -> str:
    """A figure: two photos, the mark between them, and what it says, in words too."""
    photos = "".join(
        _photo(photo, index * (WIDTH + GAP), label, f"{name}-{index}")
        for index, (photo, label) in enumerate(zip(drawn, LABELS, strict=True))
    )
    colour, stroke = mark
    return f"""
<figure class="guide-pair" style="flex: 1 1 280px; max-width: 440px; margin: 0">
<svg viewBox="0 0 {2 * WIDTH + GAP} {HEIGHT + 26}" role="img" aria-labelledby="guide-{name}-title"
 style="display: block; width: 100%; height: auto; font-family: inherit">
<title id="guide-{name}-title">{title}</title>{photos}
<g transform="translate({WIDTH + GAP // 2} {HEIGHT // 2})" aria-hidden="true">
<circle r="18" fill="{colour}" stroke="#fff" stroke-width="3"/>
<path d="{stroke}" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"
 fill="none"/></g></svg>
<figcaption style="margin-top: 4px; text-align: center">{said}</figcaption></figure>"""


def _guide() -> str:
    lines = "".join(
        f'<li style="margin: 0 0 6px"><strong>{line}</strong> {more}</li>' for line, more in LINES
    )
    right = _pair(
        "right", (ROOM + PERSON, ROOM), CHECK, RIGHT_DRAWN, f"<strong>Right.</strong> {RIGHT}"
    )
    wrong = _pair(
        "wrong",
        (ROOM + SHADOW + PERSON, TILTED),
        CROSS,
        WRONG_DRAWN,
        f"<strong>Wrong.</strong> {WRONG}",
    )
    return f"""
<div class="guide" style="color: var(--body-text-color, inherit)">
<ol style="list-style: decimal; margin: 8px 0 16px; padding-left: 1.5em">{lines}</ol>
<div style="display: flex; flex-wrap: wrap; gap: 24px; justify-content: center">{right}{wrong}</div>
</div>
"""


GUIDE_HTML: str = _guide()
