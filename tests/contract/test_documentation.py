"""The tables of the docs match the schema and the catalog."""

import re
from collections import Counter

import pytest

from omc.core.errors import UserError
from omc.study.documentation import PAGES, TABLE, described_keys, tables, with_tables


def text_of(root, page):
    return (root / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_are_in_step(root, page):
    text = text_of(root, page)
    if with_tables(page, text) != text:
        pytest.fail(
            f"{page}: a table is not what the schema or the catalog says: run make docs",
            pytrace=False,
        )


def test_each_table_stands_on_one_page(root):
    text = "".join(text_of(root, page) for page in PAGES)
    shown = Counter(name for _, name, _ in TABLE.findall(text))
    assert shown == dict.fromkeys(tables(), 1)
    assert text.count("<!-- end -->") == text.count("<!-- made by") == len(shown)


def test_what_is_changed_by_hand_in_a_table_is_mended_and_nothing_else(root):
    page = "config/README.md"
    text = text_of(root, page)
    changed = re.sub(r"\| `tuning.size` .*\n", "", text)
    assert changed != text
    assert with_tables(page, "Other words.\n" + changed) == "Other words.\n" + text


def test_values_that_a_description_does_not_name_stand_before_it():
    assert "| `preprocessing.impute` | `median` | or `mean`, `zero`: what " in "".join(
        tables().values()
    )


def test_an_unknown_table_is_refused():
    with pytest.raises(UserError, match="no table is called 'metric'. Did you mean 'metrics'?"):
        with_tables("page.md", "<!-- made by make docs: metric -->\n<!-- end -->")


def test_a_key_without_a_description_is_refused():
    schema = {"properties": {"tuning": {"type": "object", "properties": {"size": {}}}}}
    with pytest.raises(UserError, match="tuning.size has no description: add one"):
        list(described_keys(schema, schema))
