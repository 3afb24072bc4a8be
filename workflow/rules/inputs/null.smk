# Files of the permutations, for the rules of null.smk.


def null_files(file):
    """A file of every permutation of a data set."""
    return lambda wc: [
        f"{RESULTS}/{wc.dataset}/null/{permutation}/{file}" for permutation in STUDY.permutations()
    ]


def null_predictions(wildcards):
    return [
        f"{RESULTS}/{wildcards.dataset}/null/{permutation}/{model.language}/{model.name}/predictions.csv"
        for permutation in STUDY.permutations()
        for model in STUDY.learners(wildcards.dataset)
    ]


def null_tables(language):
    folder = f"{PERMUTATION}/{language}/{{model}}"
    return {
        table: (
            f"{folder}/{table}.csv"
            if table in ("predictions", "failures")
            else temp(f"{folder}/{table}.csv")
        )
        for table in ["predictions", *TABLES]
    }


def null_name(wildcards):
    """The name of a permutation, for its seeds."""
    return f"{wildcards.dataset}/null/{wildcards.permutation}"
