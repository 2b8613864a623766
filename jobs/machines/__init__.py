"""State machines: one table each, out of which the rest is made: what services refuse, what the database refuses, which
acts a viewer is offered, the tables of `docs/state-machines.md` and the tests.
"""
