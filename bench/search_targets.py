"""The bounds that search has set itself."""

from typing import Any

from bench.targets import Target

type Figures = dict[str, Any]
# Milliseconds that no search page may take, whatever is asked.
WORST_PAGE = 100.0
# Milliseconds a job.
WRITE, BATCH = 4.0, 1.0
# Above so many hits the textbook's way has to be left behind.
MANY_HITS = 200_000


def search_targets(most: Figures, least: Figures) -> list[Target]:
    """Those of the largest board; growth is against the smallest, where there are several."""
    at = f"search, {most['documents']:,} jobs"
    return [
        *_searching(most, at),
        *_ratio_targets(most, at),
        *_pages(most, at),
        *_writing(most, at),
        *(_growth(most, least) if most["documents"] > least["documents"] else []),
    ]


def _ms(figures: Figures, group: str, work: str, way: str = "ours") -> float | None:
    found: float | None = figures["milliseconds"].get(group, {}).get(work, {}).get(way)
    return found


def _over(upper: float | None, lower: float | None) -> float | None:
    return upper / lower if upper is not None and lower else None


def _searching(figures: Figures, at: str) -> list[Target]:
    """Against ranking everything, in the classes that many documents have; and against the library."""
    classes = [
        name
        for name, texts in figures["words"].items()
        if _least_share(figures, texts) * figures["documents"] >= MANY_HITS
    ]
    ratios = {name: _over(_ms(figures, "search", name, "naive"), _ms(figures, "search", name)) for name in classes}
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    slowest = {name: _ms(figures, "search", name, "naive") or 0 for name in known}
    worst = max(slowest, key=lambda name: slowest[name], default=None)
    worst_class = worst or "none has so many"
    title = f"{at}: less time than `ts_rank_cd` above {MANY_HITS:,} hits, in its worst class ({worst_class})"
    against = {"two common words": 1.5, "medium word": 12.0}
    return [
        Target(title, 100, known[worst] if worst else None),
        *(
            _most(f"{at}: against tantivy, {name}", bound, _both(figures, "search", name, "tantivy"))
            for name, bound in against.items()
        ),
    ]


def _both(figures: Figures, group: str, work: str, way: str) -> float | None:
    return _over(_ms(figures, group, work), _ms(figures, group, work, way))


def _least_share(figures: Figures, texts: list[str]) -> float:
    shares: dict[str, float] = figures["shares"]
    return min((shares[word] for text in texts for word in text.split()), default=0)


def _ratio_targets(figures: Figures, at: str) -> list[Target]:
    common = "very common word"
    rows = _ms(figures, "lists", "twenty rows by primary key", "floor")
    row = _ms(figures, "lookups", "one row by primary key", "floor")
    newest = _ms(figures, "lists", "newest, no words")
    deep = next((_ms(figures, "lists", work) for work in figures["milliseconds"]["lists"] if ", page " in work), None)
    lookups = figures["milliseconds"]["lookups"]
    slowest = max((lookups[work]["ours"] for work in lookups if work.startswith("suggestions for")), default=None)
    correction = _ms(figures, "lookups", "did you mean: two letters swapped")
    return [
        _most(f"{at}: probe against an exact count, {common}", 0.1, _both(figures, "count", common, "exact")),
        _most(f"{at}: 8 facets against exact ones, {common}", 0.1, _both(figures, "facets", common, "exact")),
        _most(f"{at}: 8 facets against tantivy's, {common}", 1.5, _both(figures, "facets", common, "tantivy")),
        _most(f"{at}: newest page against twenty rows by key", 1, _over(newest, rows)),
        _most(f"{at}: newest, page 500 against page 1", 1.2, _over(deep, newest)),
        _most(f"{at}: did you mean against a row by key", 4, _over(correction, row)),
        _most(f"{at}: suggestions against a row by key", 6, _over(slowest, row)),
    ]


def _pages(figures: Figures, at: str) -> list[Target]:
    """Whole requests."""
    requests = figures["milliseconds"].get("requests", {})
    feed = _ms(figures, "requests", "feed of 20", "floor")
    rare = "20 found: rare word"
    with_all = "20 found, 8 facets, highlights: rare word"
    pages = {work: ways["ours"] for work, ways in requests.items() if "ours" in ways}
    worst = max(pages, key=lambda work: pages[work], default="")
    return [
        _most(f"{at}: request, {rare}, against a feed page", 3, _over(pages.get(rare), feed)),
        _most(f"{at}: request, {with_all}, against a feed page", 8, _over(pages.get(with_all), feed)),
        _most(f"{at}: the dearest request ({worst}), of {WORST_PAGE:g} ms", 1, _over(pages.get(worst), WORST_PAGE)),
    ]


def _writing(figures: Figures, at: str) -> list[Target]:
    took = figures["milliseconds"].get("writes", {}).get("a job", {})
    alone = took.get("alone")
    batch = next((one for way, one in took.items() if way != "alone"), None)
    return [
        _most(f"{at}: a job indexed alone, of {WRITE:g} ms", 1, _over(alone, WRITE)),
        _most(f"{at}: a job indexed in a batch, of {BATCH:g} ms", 1, _over(batch, BATCH)),
    ]


def _growth(most: Figures, least: Figures) -> list[Target]:
    """No class may grow as the board does."""
    grown = {
        work: ratio
        for work in most["milliseconds"]["search"]
        if (ratio := _over(_ms(most, "search", work), _ms(least, "search", work))) is not None
    }
    worst = max(grown, key=lambda work: grown[work], default="")
    times = most["documents"] / least["documents"]
    title = f"search, {times:.1f} times the jobs: the class that grows most ({worst})"
    return [_most(title, round(times / 2, 1), grown.get(worst))]


def _most(title: str, bound: float, measured: float | None) -> Target:
    return Target(title, bound, measured, is_least=False)
