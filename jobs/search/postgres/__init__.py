"""PostgreSQL as the search engine: plain SQL over a projection of the live jobs, without any extension."""
