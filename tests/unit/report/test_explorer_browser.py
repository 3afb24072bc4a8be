"""The explorer page in Chromium: open, sort, filter, hover, click through, by keyboard too."""

from functools import partial
from urllib.parse import urlencode

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.explored import HOSTILE, METRIC, Failing, Study, page_of


@pytest.fixture(scope="module")
def written(root, tmp_path_factory):
    """The path of a page with a data set of each task, and one with hostile names."""
    folder = tmp_path_factory.mktemp("page")
    studies = [Study(folder, task, cohorts=["lyon"]) for task in METRIC]
    studies.append(Study(folder, name=HOSTILE, dataset="hostile"))
    studies += [Failing(folder), Failing(folder, everything=True)]
    path = folder / "explorer.html"
    path.write_text(page_of(root, *studies), encoding="utf-8")
    return path


# A page takes a second to load; it shows another place when its address changes.
GO = """
const [hash, done] = arguments;
addEventListener("hashchange", () => setTimeout(done), {once: true});
if (location.hash === hash) location.hash = "#";
else location.hash = hash;
"""


@pytest.fixture
def opened(browser, written):
    """Open the page at a place; at the end its console must be empty."""
    # All of a page is there when it is loaded.
    browser.implicitly_wait(0)

    def open_page(**place):
        if not browser.current_url.startswith(f"file://{written}"):
            browser.get(f"file://{written}")
        browser.execute_async_script(GO, f"#{urlencode(place) or 'view=overview'}")
        return Page(browser)

    yield open_page
    assert [line["message"] for line in browser.get_log("browser")] == []


class Page:
    def __init__(self, browser):
        self.browser = browser

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def headings(self):
        return [heading.text for heading in self.all("main h2")]

    def column(self, table, number=1):
        return [cell.text for cell in self.all(f"#{table} tbody tr > :nth-child({number})")]

    def script(self, text):
        return self.browser.execute_script(f"return {text}")

    def wait(self, condition):
        WebDriverWait(self.browser, 10).until(lambda _: condition())


def test_the_overview_has_answer_chart_table_warnings_figures_methods_and_files(opened):
    page = opened()
    assert page.headings() == [
        "The answer", "Models by ROC AUC", "All models", "What may bias the results", "What failed",
        "Figures", "Methods", "Files",
    ]  # fmt: skip
    assert page.one(".answer").text.startswith("python/a leads.")
    assert page.one(".warning").text.startswith("Warning: batch\ns.\nWhat to do: y.")
    assert page.column("failures") == ["r/b"]
    assert len(page.all(".plot .main-svg")) > 0
    hrefs = [link.get_attribute("href") for link in page.all(".files a")]
    assert hrefs[1].endswith("/demo/samples.tsv") and hrefs[1].startswith("file://")
    # A figure without a picture inside is named, not broken.
    assert not page.all("img") and "../images/x.png" not in page.one(".picture .note").text
    assert [button.text for button in page.all(".copy button")] == [
        "Copy the short version", "Copy all", "Copy the references (BibTeX)",
    ]  # fmt: skip
    page.one(".copy button").click()
    page.wait(lambda: page.one(".copy .said").text == "Copied.")
    page.browser.execute_script("document.body.append(el('textarea', {id: 'pasted'}))")
    page.one("#pasted").send_keys(Keys.CONTROL, "v")
    assert page.one("#pasted").get_property("value") == "Three words."


def test_a_picture_has_a_description(opened):
    image = opened(dataset="survival").one(".picture img")
    assert image.get_attribute("alt") == "model comparison. A title of s"


def test_a_table_is_sorted_by_its_columns_and_stays_so_in_the_address(opened):
    page = opened()
    assert page.column("models") == [
        "python/a",
        "r/b\nfailed on 1 split",
        "python/dummy\nbaseline",
    ]
    header = page.one("#models thead th:nth-child(3)")
    assert (header.text.strip(), header.get_attribute("aria-sort")) == ("ROC AUC", "none")
    button = header.find_element(By.TAG_NAME, "button")
    # By keyboard; the best first, then the worst.
    for key, order, first in (
        (Keys.ENTER, "descending", "0.900"),
        (Keys.SPACE, "ascending", "0.5"),
    ):
        button.send_keys(key)
        assert header.get_attribute("aria-sort") == order
        assert page.column("models", 3)[0].startswith(first)
    assert page.script("location.hash").endswith("&sort=roc_auc")
    page.browser.refresh()
    assert page.column("models")[0].startswith("python/dummy")


def test_rows_are_filtered_and_a_reader_is_told_how_many_are_left(opened):
    page = opened(view="samples")
    page.one("#filter-samples").send_keys("s1")
    assert page.column("samples") == ["s1", "s10", "s11"]
    assert page.one(".filter [role=status]").text == "3 of 15 rows"


def test_hovering_over_a_mark_names_it_and_a_click_opens_its_model(opened):
    page = opened()
    marks = page.all("#main .scatterlayer .trace:nth-child(2) .points path")
    ActionChains(page.browser).move_to_element(marks[0]).perform()
    page.wait(lambda: "python/a: 0.900 (0.800 to 1.000)" in page.one(".hoverlayer").text)
    ActionChains(page.browser).click(marks[0]).perform()
    page.wait(lambda: page.headings()[0] == "python/a")
    assert page.headings() == [
        "python/a", "Scores", "Ranking", "Calibration", "Confusion", "Against the other models",
        "Tuning", "Features", "Cost",
    ]  # fmt: skip
    # The heading has the focus, so that a screen reader says where one is.
    assert page.script("document.activeElement.textContent") == "python/a"
    page.browser.back()
    page.wait(lambda: page.headings()[0] == "The answer")


def test_from_a_model_to_a_feature_to_a_sample_by_links(opened):
    page = opened(view="model", model="python/a")
    assert page.column("pairs") == ["python/dummy", "r/b"]
    assert page.column("tuning", 3) == ["4 of 4 splits", "0 of 4 splits"]
    page.one("#importances tbody a").click()
    page.wait(lambda: page.headings()[0] == "sgene0")
    assert page.column("ranks") == ["python/a", "r/b"]
    assert page.column("features", 2)[2] == "slabel (sgene2)"
    page.one("nav a:nth-child(3)").click()
    page.one("#samples tbody tr:nth-child(2) td").click()
    page.wait(lambda: page.headings()[0] == "s1")
    assert "sage\n31" in page.one(".facts").text
    assert page.column("predictions", 3) == ["sB × 2"] * 3
    assert page.column("predictions", 4) == ["1 of 2"] * 3


def test_metric_and_cohort_are_chosen_and_keep_the_focus(opened):
    page = opened()
    Select(page.one("#metric")).select_by_visible_text("log loss (descriptive)")
    page.wait(lambda: page.headings()[1] == "Models by log loss")
    Select(page.one("#cohort")).select_by_value("lyon")
    page.wait(lambda: "cohort=lyon" in page.script("location.hash"))
    assert page.script("document.activeElement.id") == "cohort"
    assert "p against the leader" not in page.one("#models thead").text


@pytest.mark.parametrize(
    ("task", "headings"),
    [
        ("regression", ["Predicted against observed"]),
        ("survival", ["Risk groups", "Horizons"]),
    ],
)
def test_a_model_of_another_task(opened, task, headings):
    page = opened(dataset=task, view="model", model="r/b")
    assert set(headings) < set(page.headings()) and "Confusion" not in page.headings()
    assert opened(dataset=task, view="samples", sample="s3").headings()[0] == "s3"
    assert opened(dataset=task, view="features", feature="sgene1").headings()[0] == "sgene1"


def test_a_data_set_is_chosen(opened):
    page = opened(view="samples", sample="s1")
    Select(page.one("#dataset")).select_by_value("survival")
    page.wait(lambda: page.headings() == ["Samples"])
    assert page.column("samples", 2)[0] == "0.5+"


def test_a_failed_model_is_a_row_and_named_in_the_chart(opened):
    page = opened(dataset="one-fails")
    assert page.column("models", 3)[1] == "failed"
    assert [text.text for text in page.all(".annotation-text")] == ["0.500", "failed"]
    assert page.column("failures") == ["r/b"]
    page = opened(dataset="all-fail")
    assert page.column("models", 3) == ["failed"] * 3
    assert "No model has a value of ROC AUC here." in page.one("main").text
    assert opened(dataset="all-fail", view="model", model="r/b").headings()[0] == "r/b"
    assert len(opened(dataset="all-fail", view="samples").column("samples")) == 12


def test_hostile_names_do_nothing_in_any_view(opened):
    places = [{}, {"view": "model", "model": "r/b"}, {"view": "samples", "sample": f"{HOSTILE}0"}]
    for place in [*places, {"view": "features", "feature": f"{HOSTILE}gene0"}]:
        page = opened(dataset="hostile", **place)
        assert page.script("document.title").startswith("Model comparison: s: hostile")
        assert not page.all("main img, main script")
    assert page.headings()[0] == f"{HOSTILE}gene0"
    assert page.one(".plot .ytitle").get_property("textContent") == f"{HOSTILE[:31]}…"


MODEL = {"view": "model", "model": "python/a"}


def test_every_control_has_a_name_and_the_page_can_be_used_in_the_dark(opened):
    for place in ({}, MODEL, {"view": "samples", "sample": "s1"}, {"view": "features"}):
        page = opened(**place)
        for control in page.all("button, select, input, a, [role=img], [role=region]"):
            if control.is_displayed():
                assert control.accessible_name, control.get_attribute("outerHTML")
        ids = page.script("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))
    light = page.one("body").value_of_css_property("background-color")
    media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    assert page.one("body").value_of_css_property("background-color") != light
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_narrow_window_moves_tables_in_their_frame(opened):
    size = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    for place in ({}, MODEL, {"view": "samples"}, {"view": "features"}):
        page = opened(**place)
        page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        page.wait(partial(page.script, "document.documentElement.scrollWidth <= innerWidth"))
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
