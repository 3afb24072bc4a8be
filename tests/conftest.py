import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(folder) for folder in sorted((ROOT / "workflow" / "scripts").iterdir())]

# As Snakemake does for each job. More threads would wait for each other at the cost of others.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# Versions of Python for which there is no scikit-survival.
collect_ignore_glob = [] if find_spec("sksurv") else ["*survival*"]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def leukemia():
    """(values (38, 3051), labels (38,)) of the shipped leukemia data."""
    from omc.data.reading import read_sheet, read_table

    folder = ROOT / "resources" / "leukemia"
    sheet = read_sheet(str(folder / "samples.tsv"))
    table = read_table(str(folder / "expression.tsv.gz"), "features_in_rows")
    return table.loc[sheet.index].to_numpy(), sheet["subtype"].to_numpy()


@pytest.fixture(scope="module")
def browser():
    """Chromium, which notes what pages write to its console."""
    from selenium import webdriver

    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        pytest.skip("no Chromium, or no chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,900"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(programs[1]))
    driver.implicitly_wait(10)
    yield driver
    driver.quit()
