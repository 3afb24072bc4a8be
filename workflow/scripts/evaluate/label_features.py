"""Labels of the features of the signatures, from their tables and from files of labels."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import header
        from omc.data.labels import labelled
        from omc.data.matrix import axis_names

        signature, rows = read_csv(snakemake.input.signature), []
        for dataset in json.loads(snakemake.params.setting):
            features = [row["feature"] for row in signature if row["dataset"] == dataset["name"]]
            own = {row["feature"]: row["label"] for row in read_csv(dataset["annotation"])}
            every = axis_names(dataset["data"], "var") if dataset["files"] else []
            labels = labelled(features, every, own, dataset["files"], dataset["key"])
            rows += [[dataset["name"], feature, label] for feature, label in labels.items()]
        write_csv(snakemake.output[0], header("feature_labels"), rows)
