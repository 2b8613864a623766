"""Who: people, their tokens, and what they did."""
