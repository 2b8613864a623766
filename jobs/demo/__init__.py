"""The demo board: ten invented companies, their postings, and accounts to look at them with."""
