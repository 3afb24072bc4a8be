"""Report failed models; they also fail the run if `on_failure: stop` is configured."""

from pathlib import Path

from omc.core.logs import logged


def main(metrics: str, failures: str, on_failure: str, output: str) -> None:
    from omc.core.csv_files import read_csv
    from omc.core.errors import UserError, some
    from omc.report.failures import failed_on, may_cost_split

    model_columns = ("dataset", "language", "model")
    with_value = {
        (*(row[name] for name in model_columns), row["split"])
        for row in read_csv(metrics)
        if row["value"]
    }
    lost = {}
    for row in read_csv(failures):
        model = tuple(row[name] for name in model_columns)
        if may_cost_split(row) and (*model, row["split"]) not in with_value:
            dataset, split = failed_on(row)
            lost.setdefault((dataset, *model[1:]), {}).setdefault(split, row["message"])
    messages = []
    for (dataset, language, model), splits in lost.items():
        first = next(iter(splits.values()))
        messages.append(f"{language}/{model} failed on {dataset} ({some(splits, 3)}): {first}")
    text = "\n".join(messages) or "every model was trained on every split"
    if messages and on_failure == "stop":
        raise UserError(
            f"{text}\nall results and figures are there without these; see {failures};"
            " `make retry` trains them again, and only them; set on_failure: report to end such a"
            " run with status 0"
        )
    Path(output).write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    with logged(snakemake):
        files = snakemake.input
        main(files.metrics, files.failures, snakemake.params.on_failure, snakemake.output[0])
