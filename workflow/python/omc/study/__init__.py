"""The configuration, and the parts of it that each rule needs."""
