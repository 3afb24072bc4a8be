# Tables that the figures read, for the rules of figures.smk.


def figure_input(figures):
    """The tables that figures read, by name: of all data sets, or the data set's own."""
    own = {"predictions": "{dataset}/predictions.csv", "samples": "{dataset}/samples.tsv"}
    names = ["findings", *figure_tables(figures)]
    tables = {name: own.get(name, f"{name}.csv") for name in names}
    return {name: f"{RESULTS}/{file}" for name, file in tables.items()}
