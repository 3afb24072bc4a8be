"""Images from files to figures: in shards that resume, with a broken one left out."""

import csv
import shutil

import pytest
import yaml

from .test_run import planned

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


def test_only_what_a_lost_shard_needs_runs_again(workflow, forty):
    config, broken = forty
    run = workflow()
    features = "results/digits/images/pixels/features.csv"
    process = run.compare(config, "--", features)
    assert process.returncode == 0, process.stderr
    folder = run.path(features).parent
    _, told = run.table(folder / "broken.csv")
    assert [(r["sample"], r["left_out"]) for r in told] == [(broken.stem, "sample")]
    assert "cannot be read" in told[0]["reason"]
    intact = run.path(features).read_bytes()
    one_shard = {"prepare_images": 1, "extract_image_features": 1, "join_image_features": 1}

    shutil.rmtree(folder / "2of2")
    run.path(features).unlink()
    assert planned(run.compare(config, "--dry-run", "--", features)) == one_shard
    assert run.compare(config, "--", features).returncode == 0
    assert run.path(features).read_bytes() == intact

    # An image that is mended or changed belongs to one shard.
    shutil.copy(broken.with_name("D0000.png"), broken)
    assert planned(run.compare(config, "--dry-run", "--", features)) == one_shard
    assert run.compare(config, "--", features).returncode == 0
    assert run.table(folder / "broken.csv")[1] == []

    # Other features need no other images.
    config["datasets"]["digits"]["layers"]["pixels"]["features"] = ["texture"]
    again = planned(run.compare(config, "--dry-run", "--", features))
    assert again == {"extract_image_features": 2, "join_image_features": 1}


def test_the_number_of_shards_never_changes_the_numbers(workflow, forty):
    """Only the import reads features of images: what follows reads the files compared here."""
    config, broken = forty
    written = []
    for shards in (1, 2):
        config["datasets"]["digits"]["layers"]["pixels"]["shards"] = shards
        run = workflow(f"shards{shards}")
        process = run.compare(config, "--", "results/digits/data.h5ad")
        assert process.returncode == 0, process.stderr
        folder = run.path("results", "digits")
        written.append([(folder / file).read_bytes() for file in ("data.h5ad", "samples.tsv")])
    assert written[0] == written[1]
    sheet = run.path("results", "digits", "samples.tsv").read_text(encoding="utf-8")
    assert len(sheet.splitlines()) == 1 + 39 and broken.stem not in sheet


def test_a_broken_image_stops_the_run_with_its_name_if_so_configured(workflow, forty):
    config, broken = forty
    del config["datasets"]["digits"]["layers"]["pixels"]["broken"]
    run = workflow()
    process = run.compare(config)
    assert process.returncode != 0
    told = [line for line in process.stderr.splitlines() if line.startswith("ERROR: ")]
    assert str(broken) in told[0] and "cannot be read" in told[0]
    assert "1 of 40" in told[1] and "datasets.digits.layers.pixels.broken: skip" in told[1]
    assert "Traceback" not in process.stderr and "Train " not in run.log()


def test_the_example_runs_to_its_figures(workflow, root):
    config = yaml.safe_load((root / "config" / "examples" / "images.yaml").read_text())
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    config["models"] = {"python": ["nearest_centroid"], "r": ["lda"]}
    config["datasets"]["digits"]["layers"]["pixels"] |= {"size": [32, 32], "shards": 2}
    run = workflow()
    images = [f"images/images/digits/{name}.png" for name in ("model_comparison", "contact_sheet")]
    process = run.compare(config, "--", *images)
    assert process.returncode == 0, process.stderr
    _, metrics = run.table("results", "images", "metrics.csv")
    assert {r["language"] for r in metrics} == {"python", "r"} and all(r["value"] for r in metrics)
    _, estimates = run.table("results", "images", "estimates.csv")
    for row in estimates:
        if row["metric"] == "accuracy":
            assert float(row["estimate"]) > 0.5  # one digit in ten by chance
    assert all(run.path(image).stat().st_size > 10_000 for image in images)
