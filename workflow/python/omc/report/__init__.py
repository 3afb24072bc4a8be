"""What is said about the results, in words."""
