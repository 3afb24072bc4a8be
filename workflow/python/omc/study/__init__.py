"""The configuration, and what each rule needs of it."""
