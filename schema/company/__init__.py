"""Companies, in words and types."""
