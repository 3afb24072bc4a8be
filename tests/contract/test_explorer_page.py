"""The explorer page holds all that it needs, asks for nothing, and reads no text as HTML."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from omc.report.explorer.page import plotly, with_pictures
from tests.explored import HOSTILE, Study, page_of


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text inside scripts and the title."""

    def __init__(self, html):
        super().__init__()
        self.found, self.texts, self.open = [], [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag in ("script", "title"):
            self.texts.append([tag, dict(attrs), ""])
            self.open = tag

    def handle_endtag(self, tag):
        self.open = None

    def handle_data(self, data):
        if self.open:
            self.texts[-1][2] += data


@pytest.fixture(scope="module")
def html(root, tmp_path_factory):
    return page_of(root, Study(tmp_path_factory.mktemp("page"), name=HOSTILE))


def test_nothing_is_asked_for(html, root):
    """No element has an address; plotly.js names some, which the policy refuses."""
    for tag, attributes in Elements(html).found:
        assert not {"src", "href", "action", "data"} & set(attributes), (tag, attributes)
        assert tag not in ("link", "iframe", "object", "base", "img")
    policy = next(a["content"] for tag, a in Elements(html).found if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert "http:" not in policy and "https:" not in policy and "unsafe-eval" not in policy
    own = "".join(path.read_text() for path in (root / "workflow/report/explorer").iterdir())
    assert not re.search(
        r"https?://|fetch\(|XMLHttpRequest|innerHTML|outerHTML|insertAdj|url\(", own
    )


def test_only_the_scripts_of_the_page_may_run(html):
    found = Elements(html)
    policy = next(a["content"] for tag, a in found.found if a.get("http-equiv"))
    allowed = re.search(r"script-src ([^;]*);", policy)[1].split()
    scripts = [text for tag, attributes, text in found.texts if tag == "script" and not attributes]
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert allowed == [f"'sha256-{digest}'" for digest in digests] and len(scripts) > 5
    assert plotly().read_text(encoding="utf-8") in scripts


def test_hostile_names_stay_text(html):
    found = Elements(html)
    data = next(text for tag, a, text in found.texts if a.get("id") == "content")
    assert "<" not in data and data.isascii()
    read = json.loads(data)["datasets"][0]
    assert read["samples"]["classes"] == [f"{HOSTILE}A", f"{HOSTILE}B"]
    assert read["samples"]["sheet"][0][0] == f"{HOSTILE}age"
    assert read["checks"][1][2] == HOSTILE and read["failures"][0][3] == HOSTILE
    assert next(t for tag, _, t in found.texts if tag == "title") == f"Model comparison: {HOSTILE}"


def test_the_same_results_give_the_same_bytes(html, root, tmp_path):
    assert page_of(root, Study(tmp_path, name=HOSTILE)) == html


def test_figures_are_embedded_while_there_is_room(tmp_path):
    small, large = tmp_path / "x.svg", tmp_path / "x.png"
    small.write_text("<svg/>")
    large.write_bytes(bytes(900))
    figures = [{"name": "x"}, {"name": "x"}]
    assert with_pictures(figures, {"x": [large, small]}, 10) == 2
    assert figures[0]["data"] == "data:image/svg+xml;base64," + base64.b64encode(b"<svg/>").decode()
    assert figures[1]["data"] is None
