"""Files of a company's data."""
