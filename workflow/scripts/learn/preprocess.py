"""Learn the preprocessing of every fit of every split on its training rows."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.learn.preprocessing import learn_all

        files, params = snakemake.input, snakemake.params
        setting = json.loads(params.setting)
        learn_all(
            files.data, files.samples, files.splits, setting, params.task, snakemake.output[0]
        )
