# Files of the permutations, for the rules of null.smk.


def null_files(file):
    """A file of every permutation of a data set."""
    return lambda wc: [
        f"{RESULTS}/{wc.dataset}/null/{permutation}/{file}" for permutation in STUDY.permutations()
    ]


def null_trained(dataset, table):
    """A table of every model of a data set on every permutation."""
    return [
        f"{RESULTS}/{dataset}/null/{permutation}/{model.language}/{model.name}/{table}.csv"
        for permutation in STUDY.permutations()
        for model in STUDY.learners(dataset)
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
