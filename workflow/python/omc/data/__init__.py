"""From the user's files to one matrix and one sample sheet."""
