"""Images from files to figures: in shards that resume, with a broken one left out."""

import csv
import shutil

import pytest
import yaml

pytestmark = pytest.mark.slow


@pytest.fixture
def forty(root, tmp_path):
    """40 of the shipped digits, two classes; one of them cut off in the middle."""
    folder = tmp_path / "digits"
    (folder / "images").mkdir(parents=True)
    with open(root / "resources" / "digits" / "samples.tsv", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if r["digit"] in "01"]
    rows = [r for d in "01" for r in [r for r in rows if r["digit"] == d][:20]]
    for row in rows:
        source = root / "resources" / "digits" / "images" / f"{row['sample']}.png"
        shutil.copy(source, folder / "images")
    lines = ["sample\tdigit", *(f"{r['sample']}\t{r['digit']}" for r in rows)]
    (folder / "samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    broken = folder / "images" / f"{rows[3]['sample']}.png"
    broken.write_bytes(broken.read_bytes()[:60])
    layer = {"images": str(folder / "images"), "size": [32, 32], "shards": 2, "broken": "skip"}
    config = {
        "datasets": {
            "digits": {
                "layers": {"pixels": layer},
                "samples": str(folder / "samples.tsv"),
                "outcome": {"column": "digit", "task": "classification"},
            }
        },
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
        "models": {"python": ["nearest_centroid"], "r": ["lda"]},
    }
    return config, broken


def jobs(process):
    """Rules of a dry run and how many jobs each has."""
    counted = {}
    for line in process.stdout.splitlines() + process.stderr.splitlines():
        parts = line.split()
        if len(parts) == 2 and parts[1].isdigit():
            counted[parts[0]] = int(parts[1])
    return counted


def test_shards_resume_and_never_change_the_numbers(workflow, forty):
    config, broken = forty
    two = workflow("two")
    process = two.compare(config)
    assert process.returncode == 0, process.stderr
    folder = two.path("results", "digits", "images", "pixels")
    _, told = two.table("results", "digits", "images", "pixels", "broken.csv")
    assert [(r["sample"], r["left_out"]) for r in told] == [(broken.stem, "sample")]
    assert "cannot be read" in told[0]["reason"]
    sheet = two.path("results", "digits", "samples.tsv").read_text(encoding="utf-8")
    assert len(sheet.splitlines()) == 1 + 39 and broken.stem not in sheet
    assert two.path("images", "digits", "contact_sheet.png").stat().st_size > 10_000

    # Of a lost shard only its own jobs, and those behind it, run again.
    shutil.rmtree(folder / "2of2")
    again = jobs(two.compare(config, "--dry-run"))
    assert again["prepare_images"] == again["extract_image_features"] == 1
    assert again["join_image_features"] == again["import_dataset"] == 1
    assert "list_images" not in again
    assert two.compare(config).returncode == 0

    # Other features need no other images.
    config["datasets"]["digits"]["layers"]["pixels"]["features"] = ["texture"]
    again = jobs(two.compare(config, "--dry-run"))
    assert again["extract_image_features"] == 2 and "prepare_images" not in again
    del config["datasets"]["digits"]["layers"]["pixels"]["features"]

    # One shard gives the same numbers.
    config["datasets"]["digits"]["layers"]["pixels"]["shards"] = 1
    one = workflow("one")
    assert one.compare(config).returncode == 0
    for file in ("metrics.csv", "digits/data.h5ad", "digits/images/pixels/features.csv"):
        same = [run.path("results", file).read_bytes() for run in (one, two)]
        assert same[0] == same[1], file


def test_a_broken_image_stops_the_run_with_its_name_if_so_configured(workflow, forty):
    config, broken = forty
    del config["datasets"]["digits"]["layers"]["pixels"]["broken"]
    run = workflow()
    process = run.compare(config)
    assert process.returncode != 0
    told = [line for line in process.stderr.splitlines() if line.startswith("ERROR: ")]
    assert str(broken) in told[0] and "cannot be read" in told[0]
    assert "1 of 40" in told[1] and "datasets.digits.layers.pixels.broken: skip" in told[1]
    assert "Traceback" not in process.stderr and "Train" not in process.stderr


def test_the_example_runs_to_its_figures(workflow, root):
    config = yaml.safe_load((root / "config" / "examples" / "images.yaml").read_text())
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    config["models"] = {"python": ["nearest_centroid"], "r": ["lda"]}
    run = workflow()
    process = run.compare(config)
    assert process.returncode == 0, process.stderr
    _, estimates = run.table("results", "images", "estimates.csv")
    for row in estimates:
        if row["metric"] == "accuracy":
            assert float(row["estimate"]) > 0.5  # one digit in ten by chance
    for figure in ("model_comparison", "contact_sheet"):
        assert run.path("images", "images", "digits", f"{figure}.png").stat().st_size > 10_000
