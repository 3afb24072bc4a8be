# Tables that the figures read, for the rules of figures.smk.


def figure_input(figures):
    """The tables that figures read, by name: of all data sets, or of the job's data set."""
    per_dataset = {"predictions": "{dataset}/predictions.csv", "samples": "{dataset}/samples.tsv"}
    names = ["findings", *figure_tables(figures)]
    tables = {name: per_dataset.get(name, f"{name}.csv") for name in names}
    return {name: f"{RESULTS}/{file}" for name, file in tables.items()}
