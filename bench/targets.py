"""The bounds that the project has set itself, each a ratio within one run, and whether they are met."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.rounds import Figures, ratio

type Results = dict[str, dict[str, Figures]]


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a ratio: at least, or at most."""

    title: str
    bound: float
    measured: float | None
    is_least: bool = True

    @property
    def is_met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured >= self.bound if self.is_least else self.measured <= self.bound

    def row(self) -> dict[str, Any]:
        sign = "≥" if self.is_least else "≤"
        return {
            "target": self.title,
            "bound": f"{sign} {self.bound:g}×",
            "measured": None if self.measured is None else round(self.measured, 2),
            "met": self.is_met,
        }


def http_targets(results: Results) -> list[Target]:
    """The targets of whole requests, from what the rounds gave."""

    def of(work: str, peer: str, quantity: Callable[[Figures], list[float]], *, ours_on_top: bool) -> float | None:
        figures = results.get(work, {})
        if peer not in figures or "nexus" not in figures:
            return None
        ours, theirs = quantity(figures["nexus"]), quantity(figures[peer])
        return ratio(ours, theirs) if ours_on_top else ratio(theirs, ours)

    def cpu(peer: str, work: str, bound: float) -> Target:
        title = f"{TITLES[peer]}, {TITLES[work]}: less server CPU"
        return Target(title, bound, of(work, peer, lambda figures: figures.server, ours_on_top=False))

    def rate(peer: str, work: str, bound: float) -> Target:
        title = f"{TITLES[peer]}, {TITLES[work]}: req/s"
        return Target(title, bound, of(work, peer, lambda figures: figures.rate, ours_on_top=True))

    def memory(peer: str, work: str) -> Target:
        title = f"{TITLES[peer]}, {TITLES[work]}: memory"
        return Target(title, 1, of(work, peer, lambda figures: figures.memory, ours_on_top=True), is_least=False)

    def above_floor(work: str, bound: float) -> Target:
        title = f"floor of one SQL statement, {TITLES[work]}: CPU of server and PostgreSQL"
        measured = of(work, "statement", lambda figures: figures.all_cpu, ours_on_top=True)
        return Target(title, bound, measured, is_least=False)

    return [
        cpu("graphene", "feed-20", 10),
        cpu("graphene", "nested", 14),
        cpu("strawberry", "feed-20", 12),
        cpu("strawberry", "nested", 30),
        rate("postgraphile", "feed-20", 1),
        rate("postgraphile", "feed-100", 1.4),
        rate("postgraphile", "nested", 2),
        memory("postgraphile", "feed-100"),
        rate("mercurius", "feed-20", 0.9),
        rate("mercurius", "feed-100", 1.2),
        rate("mercurius", "nested", 1.4),
        above_floor("feed-20", 2.2),
        above_floor("nested", 1.2),
        *(_cached(results, name, bound) for name, bound in (("nexus-cached", 3), ("nexus-redis", 8))),
    ]


def _cached(results: Results, name: str, bound: float) -> Target:
    figures = results.get("feed-20-cached", {})
    measured = None
    if name in figures and "constant" in figures:
        measured = ratio(figures[name].server, figures["constant"].server)
    return Target(f"floor of a constant reply, cached feed {TITLES[name]}: CPU", bound, measured, is_least=False)


TITLES = {
    "graphene": "graphene-django",
    "strawberry": "strawberry-django",
    "postgraphile": "PostGraphile 5",
    "mercurius": "Mercurius + JIT",
    "feed-20": "feed of 20",
    "feed-100": "feed of 100",
    "nested": "nested list",
    "nexus-cached": "from the process",
    "nexus-redis": "through Redis",
}
