"""Categories, skills, places: the words that jobs are described with."""
