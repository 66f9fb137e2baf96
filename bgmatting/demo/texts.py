"""The words on the page."""

from __future__ import annotations

from html import escape

from ..weights.catalogue import DEFAULT_BACKBONE

TITLE = "Cut anything out of a photo"
HERO = f"""
<h1>{TITLE}</h1>
<p>Hair and all, from <strong>two photos taken from the same spot</strong>: one with the subject,
one of the same place empty.</p>
"""

SOURCE_LABEL = "Photo with the subject"
BACKGROUND_LABEL = "Same place, empty"
SOURCE_HINT = "Drop the photo with the subject here\nor click to choose it"
BACKGROUND_HINT = "Drop the photo of the empty place here\nor click to choose it"
RUN = "Cut out"

EXAMPLES = "No photos at hand? Try one of these pairs:"
GUIDE = "How to take the two photos"

BACKDROP = "New backdrop"
BACKDROP_LABEL = "Photo for the backdrop"
BACKDROP_HINT = "Drop a photo here\nor click to choose it"
BACKDROPS = {
    "none": "Transparent",
    "colour": "Colour",
    "photo": "Your photo",
    "blur": "Blurred original",
}

VIEWS = {
    "compare": "Before / after",
    "cutout": "Cut-out",
    "composite": BACKDROP,
    "alpha": "Alpha",
    "foreground": "Colours",
    "error": "Where to check",
}
CAPTIONS = {
    "compare": "Pull the handle: the photo on the left, the result on the right.",
    "cutout": "The subject alone; the checkerboard is what is transparent.",
    "composite": "The subject on the backdrop chosen beside or below.",
    "alpha": "How much of each pixel is subject: white all of it, black nothing.",
    "foreground": "The subject's own colours, without the background shining through. "
    "They mean something only where the subject is.",
}

DOWNLOAD = "Download"
DOWNLOAD_INFO = "PNG, at the photo's full size."
DOWNLOADS = {
    "cutout": "Cut-out (PNG)",
    "alpha": "Alpha, 8 bit",
    "alpha-16bit": "Alpha, 16 bit",
    "foreground": "Colours",
    "error": "Expected error",
}
DOWNLOAD_COMPOSITE = "With new backdrop"
DOWNLOAD_ALL = "All as one zip"

FAILED = "That did not work"
USELESS = "This pair probably gives no useful cut-out"
COULD_BE_BETTER = "This could be better"
STILL_SHOWN = "The result below is still the one before."
OUR_FAULT = "Something went wrong on our side, not yours. Please try again in a moment."
NO_MEMORY = "There is not enough memory for this: please use smaller photos or a smaller size."
RESULT_GONE = "This result was deleted, an hour after it was made: please cut out again."
NEEDS_RESULT = "Cut something out first: this needs a result."
NEEDS_BACKDROP = "Choose a photo for the backdrop, and it appears here."
# One sentence for whatever is not the visitor's to give, so that it tells nothing of the server.
NOT_GIVEN = (
    "Please add the photo again, as a file: it was not uploaded here, or was deleted an hour after "
    "it came."
)
NO_SUCH_FILE = "There is no such file here, or it was deleted an hour after it was made."
TOO_LARGE = "That is too large: a photo may have {} MB."
TOO_LONG = "This request is too long."
TOO_MANY_UPLOADS = "Too many uploads at a time: please try again in a moment."
TOO_SLOW = "That came too slowly: please try again."
NO_ROOM = "There is no room for this photo at the moment: please try again later."
NO_UPLOAD = "No files came: expected a form with one to four files."
NO_JSON = 'This is no request: expected a JSON object such as {"data": [...]}.'
NO_EVENT = "There is no such event on this page; it may be of an older version: please reload it."


def missing(source: object, background: object) -> str:
    """What to say when one photo or both are not there yet."""
    wanted = [
        f"“{label}”"
        for label, photo in ((SOURCE_LABEL, source), (BACKGROUND_LABEL, background))
        if photo is None
    ]
    return f"Two photos are needed. Please add {' and '.join(wanted)}."


MODEL = "Model"
ADVANCED = "Advanced: settings and what was found out"
SIZE = "Working size"
SIZE_INFO = (
    "Long side, in pixels, at which the network looks at the photos; results are full size anyway. "
    "Larger is slower and little better."
)

ALIGN = "Make the empty photo fit"
ALIGN_INFO = "Follows a camera that moved a little, and light that drifted."
CLEAN = "Clean up"
CLEAN_INFO = "Drops small islands far from the subject, and fills pinholes in it."
NO_FACTS = "<p>What is found out about a pair appears here, after it was cut out.</p>"


def untrained(titles: dict[str, str]) -> str:
    """About the backbones that cannot be chosen: name -> title."""
    have = "have" if len(titles) > 1 else "has"
    names = " or ".join(f"<code>{escape(name)}</code>" for name in titles)
    return (
        f"<p>{escape(' and '.join(titles.values()))} {have} no trained weights here. Who runs "
        "this page can name repositories on the Hub that have some, by <code>BGMATTING_REPO</code> "
        f"(such as <code>alice/bgmatting-{{backbone}}</code>, the backbone being {names}).</p>"
    )


FROM_PYTHON = "Use it from Python"
PYTHON = f"""\
from bgmatting import Matter
matte = Matter.from_pretrained("{DEFAULT_BACKBONE}")("portrait.jpg", "empty-room.jpg")
matte.save("cutout.png")
"""

ABOUT_TITLE = "Privacy, how it works, licence"
ABOUT = """
**Your photos are not kept.** They stay on the machine that runs this page, are used for nothing but
your result, and are deleted with it after an hour.

**How it works.** The network is the base network of BackgroundMattingV2 (Lin, Ryabtsev, Sengupta,
Curless, Seitz and Kemelmacher-Shlizerman, CVPR 2021). It compares the two photos at a thousand
pixels; what it says is then brought to full size along the photo's own edges. Whatever differs
between the photos counts as subject, so nothing but the subject should have changed. Mirrors,
glass, strong shadows, and subjects of their background's colours are hard.

**Licence.** Code and the weights that come with it: MIT. What you cut out is yours.
"""
