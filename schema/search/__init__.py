"""Search: jobs by what people write, how the found ones spread, and what was searched for."""
