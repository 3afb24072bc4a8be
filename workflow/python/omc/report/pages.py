"""Markdown in which users' text stays text, and its web page, which needs no other file."""

import re
from html import escape

from markdown_it import MarkdownIt

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 60em;
  margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; font-size: 14px; }
th, td { border-bottom: 1px solid #ccc; padding: .25em .8em; text-align: left;
  font-variant-numeric: tabular-nums; }
th { border-bottom-color: #444; }
code { background: #f2f2f2; padding: 0 .2em; overflow-wrap: anywhere; }
"""


def inert(text: str) -> str:
    """Markdown without HTML, links and images, all of which labels or messages could hold."""
    text = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)
    return re.sub(r"\](?=[(\[:])", "] ", text)


def page(title: str, text: str) -> str:
    """HTML of Markdown with tables; HTML inside the text is shown as text."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{STYLE}</style></head>\n<body>\n{body}</body>\n</html>\n"
    )
