"""Jobs that fit the person who asks, why they do, and what the person says and does about it."""
