"""Propose a configuration for a user's own tables."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        from omc.study.init import SNAKEMAKE, init
        from omc.study.proposal.answers import Answers

        given = {key.upper(): value for key, value in snakemake.params.given.items()}
        # The last screen shows the log.
        print(init(given, Answers(), SNAKEMAKE))
