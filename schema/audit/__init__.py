"""Who did what, in words and types."""
