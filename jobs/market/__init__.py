"""A market of any size: invented companies, their postings and people looking for work, for demos and benchmarks."""
