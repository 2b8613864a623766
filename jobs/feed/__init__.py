"""The feed: jobs that fit one person, why, and how they came to be where they are. `docs/feed.md` has the whole."""
