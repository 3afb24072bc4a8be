"""Write the summary and the methods as Markdown, and both as one web page."""

from pathlib import Path

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv
        from omc.data.matrix import layers
        from omc.report.methods import methods, sizes
        from omc.report.pages import page
        from omc.report.summary import summary

        files, output = snakemake.input, snakemake.output
        names = ("ranking", "findings", "estimates", "comparisons", "selection", "coverage")
        tables = {name: read_csv(files[name]) for name in (*names, "timing", "failures")}
        # Those of the summary, variants too.
        datasets = json.loads(snakemake.params.datasets)
        paths = zip(datasets, files.samples, files.splits, files.data, strict=True)
        for dataset, samples, splits, data in paths:
            sheet = read_csv(samples, delimiter="\t")
            dataset["sizes"] = sizes(sheet, read_csv(splits), layers(data))
        folders = {"images": snakemake.params.images, "results": str(Path(output[0]).parent)}
        answers = summary(tables, datasets, folders)
        used = {
            "tests": {row["test"] for row in tables["comparisons"]},
            "intervals": {row["method"] for row in tables["estimates"] if row["ci_low"]},
            "selection": any(row["estimate"] for row in tables["selection"]),
            "coverage": tables["coverage"],
        }
        content = json.loads(Path(files.manifest).read_text(encoding="utf-8"))
        configured = [d for d in datasets if d["name"] in content["config"]["datasets"]]
        paragraphs, references = methods(content, configured, used)
        together = page("Model comparison", f"{answers}\n{paragraphs}")
        texts = [answers, paragraphs, together, references]
        for path, text in zip(output, texts, strict=True):
            Path(path).write_text(text, encoding="utf-8")
