"""Cut a data set down to a part on which every model can be tried in seconds.

It has some rows and columns of the first split, in the files that training reads.
"""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.learn.cutting import cut_data

        cut_data(snakemake.input, snakemake.output, snakemake.params.task)
