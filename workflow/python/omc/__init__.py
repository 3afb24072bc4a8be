"""Library of the Python side. It knows nothing of Snakemake: the scripts hand it plain values."""
