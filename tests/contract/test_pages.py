"""README and docs: links lead somewhere, commands are run by a test, messages exist."""

import re

import pytest

from tests.pages import COMMANDS, EXCUSED, command_lines, pages

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def anchors(text):
    """The anchors that GitHub gives the headings of a page."""
    for heading in re.findall(r"^#+ (.+)$", text, flags=re.M):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", heading).lower()
        yield re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(root, page):
    text = (root / page).read_text(encoding="utf-8")
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    lost = []
    for link in (one or other for one, other in LINK.findall(text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (root / page).parent / path if path else root / page
        if not target.exists():
            lost.append(link)
        elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
            lost.append(link)
    assert not lost


@pytest.mark.parametrize("page", [page for page in pages() if page != "CONTRIBUTING.md"])
def test_every_command_is_run_by_a_test(root, page):
    known = {*COMMANDS, *EXCUSED}
    assert not [line for line in command_lines(root / page) if line not in known]


def test_no_command_is_excused_that_no_page_has(root):
    shown = {line for page in pages() for line in command_lines(root / page)}
    assert {*COMMANDS, *EXCUSED} <= shown


def test_messages_of_the_page_on_trouble_exist(root):
    text = (root / "docs" / "trouble.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`.*?) \|", text, flags=re.M)
    quoted = [message for cell in cells for message in re.findall(r"`([^`]+)`", cell)]
    files = [file for kind in ("py", "R", "smk") for file in root.glob(f"workflow/**/*.{kind}")]
    # Strings may be parted by the ends of lines.
    code = "".join(re.sub(r'"\s+f?"', "", file.read_text(encoding="utf-8")) for file in files)
    code = re.sub(r"\{[^{}\n]*\}|%[sd]", "…", code)
    parts = [part for message in quoted for part in message.split("…") if part.strip()]
    assert len(parts) > 10
    assert not [part for part in parts if part.strip() not in code]
