"""People and how they log in, in words and types."""
