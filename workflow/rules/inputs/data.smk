# Files and settings of images, variants and R objects, for the rules of data.smk.


def for_images(function):
    """A params function that calls a function of the study with the image layer of the job."""
    return lambda wildcards: function(wildcards.dataset, wildcards.source)


def image_setting(name):
    """A params function that gives one key of the image layer of the job."""
    return lambda wildcards: STUDY.images.settings(wildcards.dataset)[wildcards.source][name]


def shard_files(file):
    """A file of every shard of an image layer."""
    return lambda wildcards: [
        f"{RESULTS}/{wildcards.dataset}/images/{wildcards.source}/{shard}/{file}"
        for shard in STUDY.images.shards(wildcards.dataset, wildcards.source)
    ]


def image_files(file):
    """A file of every image layer of a data set and its cohorts."""

    def files(wildcards):
        base = STUDY.base(wildcards.dataset)
        folder = f"{RESULTS}/{base}/images"
        return [f"{folder}/{source}/{file}" for source in STUDY.images.settings(base)]

    return files


def shown_images(wildcards):
    """The prepared images of a data set, for its contact sheet."""
    folder = f"{RESULTS}/{STUDY.base(wildcards.dataset)}/images"
    return [
        f"{folder}/{layer}/{shard}/prepared.h5"
        for layer, shard in STUDY.shown_images(wildcards.dataset)
    ]


def parent_files(*names):
    """Files of the data set that the job's data set is a variant of."""

    def file(ending):
        return lambda wc: f"{RESULTS}/{STUDY.base(wc.dataset)}/{ending}"

    return {name: file(DATASET_FILES[name]) for name in names}


def rds(key):
    """One key of the source of the .h5ad file of a job."""
    return lambda wc: STUDY.rds[f"{RESULTS}/{wc.dataset}/rds/{wc.part}.h5ad"][key]
