"""Official taxonomies: their files, what their words may mean to us, and the rows they become."""
