"""Write the summary and the methods as Markdown, and both as one web page."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(tables: dict, manifest: str, files: dict, datasets: list[dict], images: str, output):
    """tables: paths of tables by name; files: paths of samples, splits and data, by data set each.

    datasets: those of the summary, variants too; output: paths of summary, methods and page.
    """
    import json

    from omc.core.csv_files import read_csv
    from omc.data.matrix import layers
    from omc.report.methods import methods, sizes
    from omc.report.pages import page
    from omc.report.summary import summary

    tables = {name: read_csv(path) for name, path in tables.items()}
    for dataset, samples, splits, data in zip(
        datasets, files["samples"], files["splits"], files["data"], strict=True
    ):
        sheet = read_csv(samples, delimiter="\t")
        dataset["sizes"] = sizes(sheet, read_csv(splits), layers(data))
    answers = summary(tables, datasets, {"images": images, "results": str(Path(output[0]).parent)})
    used = {
        "tests": {row["test"] for row in tables["comparisons"]},
        "intervals": {row["method"] for row in tables["estimates"] if row["ci_low"]},
        "selection": any(row["estimate"] for row in tables["selection"]),
        "coverage": tables["coverage"],
    }
    content = json.loads(Path(manifest).read_text(encoding="utf-8"))
    configured = [d for d in datasets if d["name"] in content["config"]["datasets"]]
    paragraphs = methods(content, configured, used)
    texts = [answers, paragraphs, page("Model comparison", f"{answers}\n{paragraphs}")]
    for path, text in zip(output, texts, strict=True):
        Path(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        names = ("ranking", "findings", "estimates", "comparisons", "selection", "coverage")
        main(
            {name: snakemake.input[name] for name in (*names, "timing", "failures")},
            snakemake.input.manifest,
            {name: list(snakemake.input[name]) for name in ("samples", "splits", "data")},
            json.loads(snakemake.params.datasets),
            snakemake.params.images,
            list(snakemake.output),
        )
