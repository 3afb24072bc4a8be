"""Report failed models; they also fail the run if `on_failure: stop` is configured."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(metrics: str, failures: str, on_failure: str, output: str) -> None:
    from omc.core.csv_files import read_csv
    from omc.core.errors import UserError, some
    from omc.core.names import NO_INNER_PREDICTIONS

    failed = {}
    for row in read_csv(failures):
        # The model itself was trained.
        if row["message"].startswith(NO_INNER_PREDICTIONS):
            continue
        failed.setdefault((row["dataset"], row["language"], row["model"]), []).append(row)
    with_value = {
        (row["dataset"], row["language"], row["model"], row["split"])
        for row in read_csv(metrics)
        if row["value"]
    }
    messages = []
    for (dataset, language, model), rows in failed.items():
        splits = [r for r in rows if (dataset, language, model, r["split"]) not in with_value]
        if splits:
            names = some(dict.fromkeys(r["split"] for r in splits), 3)
            messages.append(
                f"{language}/{model} failed on {dataset} ({names}): {splits[0]['message']}"
            )
    text = "\n".join(messages) or "every model was trained on every split"
    if messages and on_failure == "stop":
        raise UserError(
            f"{text}\nall results and figures are there without these; see {failures};"
            " set on_failure: report to end such a run with status 0"
        )
    Path(output).write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.metrics,
            snakemake.input.failures,
            snakemake.params.on_failure,
            snakemake.output[0],
        )
