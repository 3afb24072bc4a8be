"""The explorer page: one HTML file that holds its scripts, styles, data and figures.

The page's own files are in workflow/report/explorer; page.html names them in their order. Data are
JSON in an inert element, so that no text of a user is ever read as HTML or code, and a content
security policy refuses every other script and all requests.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html import escape
from importlib.util import find_spec
from pathlib import Path

# What page.html leaves open: files of the page, and texts.
OPEN = re.compile(
    r'<script src="(?P<script>[\w.]+)"></script>|<link rel="stylesheet" href="(?P<style>[\w.]+)">'
    r"|%(?P<text>POLICY|TITLE|DATA)%"
)
# Where an HTML parser would leave a script, or read it in another way.
BREAKS_SCRIPT = re.compile(r"<(/?script|!--)", re.I)
# Bytes of the figures in the page, as base64.
FIGURE_BYTES = 6_000_000
MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def page(folder: Path, content: dict) -> str:
    """HTML with everything inside; folder: the page's own files; content: see `explorer`."""
    template = (folder / "page.html").read_text(encoding="utf-8")
    names = [match["script"] for match in OPEN.finditer(template) if match["script"]]
    scripts = {name: script(folder / name) for name in names}
    texts = {
        "POLICY": policy(scripts.values()),
        "TITLE": escape(content["title"]),
        "DATA": as_json(content),
    }

    def filled(match: re.Match) -> str:
        if match["script"]:
            return f"<script>{scripts[match['script']]}</script>"
        if match["style"]:
            return f"<style>{(folder / match['style']).read_text(encoding='utf-8')}</style>"
        return texts[match["text"]]

    return OPEN.sub(filled, template)


def script(path: Path) -> str:
    """A script of the page, or plotly.js; ValueError if HTML would not take it as one."""
    path = plotly() if path.name == "plotly.min.js" else path
    text = path.read_text(encoding="utf-8")
    if BREAKS_SCRIPT.search(text):
        raise ValueError(f"{path}: a script that stands inside HTML may not hold <script or <!--")
    return text


def policy(scripts: Iterable[str]) -> str:
    """The content security policy: these scripts, and styles and images inside the page.

    plotly.js sets styles of its elements.
    """
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    allowed = " ".join(f"'sha256-{code}'" for code in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline';"
        " img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def as_json(content: dict) -> str:
    """JSON that can stand inside a script element: it holds no < and no character beyond ASCII."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def plotly() -> Path:
    """plotly.min.js of the Python package plotly, which itself is not imported."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the Python package plotly is missing")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


def with_pictures(figures: list[dict], files: dict[str, list[Path]], budget: int) -> int:
    """Add to each figure its file as a data URL, the smaller of its files, while there is room.

    figures: dictionaries of name; files: paths by name; returns the rest of the budget, in bytes.
    """
    for figure in figures:
        path = min(files[figure["name"]], key=lambda path: path.stat().st_size)
        size = path.stat().st_size * 4 // 3
        figure["data"] = None
        if size <= budget:
            budget -= size
            coded = base64.b64encode(path.read_bytes()).decode()
            figure["data"] = f"data:{MEDIA_TYPES[path.suffix]};base64,{coded}"
    return budget
