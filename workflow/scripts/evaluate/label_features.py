"""Labels of the features of the signatures, from their tables and from files of labels."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import header
        from omc.data.labels import labelled
        from omc.data.matrix import axis_names

        files, setting = snakemake.input, json.loads(snakemake.params.setting)
        own = {row["feature"]: row["label"] for row in read_csv(files.annotation)}
        every = axis_names(files.data, "var") if setting["files"] else []
        signature, rows = read_csv(files.signature), []
        for name in setting["names"]:
            features = [row["feature"] for row in signature if row["dataset"] == name]
            labels = labelled(features, every, own, setting["files"], setting["key"])
            rows += [[name, feature, label] for feature, label in labels.items()]
        write_csv(snakemake.output[0], header("feature_labels"), rows)
