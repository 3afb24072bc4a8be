"""From the files of a user to one matrix and one sample sheet."""
