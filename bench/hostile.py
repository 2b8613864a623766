"""Documents made to cost a server more than they cost their sender. Each is a function of a size.

The shapes are those of the literature: GHSA-9pv7-vfvm-6vr7 (overlapping fields), GHSA-7fpg-4vv8-5hrm (fragment webs),
CVE-2024-40094 (deep introspection) and OWASP's GraphQL cheat sheet (aliases, directives, unknown fields).
"""

from collections.abc import Callable


def aliases(size: int) -> str:
    """One field under many names."""
    return "{ " + " ".join(f"a{i}: __typename" for i in range(size)) + " }"


def unknown_fields(size: int) -> str:
    """Each an error, with a search for what was meant."""
    return "{ " + " ".join(f"jobz{i}" for i in range(size)) + " }"


def overlapping_fields(size: int) -> str:
    """One response name again and again: a rule that compares every pair has size² to compare."""
    return "{ " + "jobs(first: 1) { nodes { title } } " * size + "}"


def overlapping_conflicts(size: int) -> str:
    """The same, and every pair is in conflict."""
    return "{ " + " ".join(f"jobs(first: {i % 90 + 1}) {{ totalCount }}" for i in range(size)) + " }"


def fragment_web(size: int) -> str:
    """Every fragment spreads every later one."""
    fragments = [
        f"fragment F{i} on Job {{ id {' '.join(f'...F{j}' for j in range(i + 1, size))} }}" for i in range(size)
    ]
    return "{ jobs(first: 1) { nodes { ...F0 } } } " + " ".join(fragments)


def fragment_cycle(size: int) -> str:
    """Each spreads the next, and the last the first."""
    fragments = [
        f"fragment F{i} on Job {{ company {{ jobs(first: 1) {{ nodes {{ ...F{(i + 1) % size} }} }} }} }}"
        for i in range(size)
    ]
    return "{ jobs(first: 1) { nodes { ...F0 } } } " + " ".join(fragments)


def doubling_fragments(size: int) -> str:
    """Each spreads the next twice: 2^size fields, in so many lines."""
    fragments = [
        f"fragment F{i} on Job {{ company {{ jobs(first: 1) {{ nodes {{ ...F{i + 1} }} }} "
        f"b: jobs(first: 1) {{ nodes {{ ...F{i + 1} }} }} }} }}"
        for i in range(size)
    ]
    return "{ jobs(first: 1) { nodes { ...F0 } } } " + " ".join(fragments) + f" fragment F{size} on Job {{ id }}"


def deep_introspection(size: int) -> str:
    """Types of fields of types of fields: each level multiplies the answer."""
    return "{ __schema { types { " + "fields { type { " * size + "name" + " } }" * size + " } } }"


def deep_document(size: int) -> str:
    """A tower of fields."""
    return (
        "{ jobs(first: 1) { nodes { " + "company { jobs(first: 1) { nodes { " * size + "id" + " } } }" * size + " } } }"
    )


def nested_lists(size: int) -> str:
    """Lists of 100 in lists of 100: the answer would have 100^size rows."""
    opening, closing = "companies(first: 100) { nodes { jobs(first: 100) { nodes { ", " } } } }"
    inner = "company { jobs(first: 100) { nodes { " * size + "id" + " } } }" * size
    return "{ " + opening + inner + closing + " }"


def directives(size: int) -> str:
    """One field with many directives."""
    return "{ jobs(first: 1) { totalCount " + "@include(if: true) " * size + "} }"


def unknown_directives(size: int) -> str:
    return "{ jobs(first: 1) { totalCount " + "@a " * size + "} }"


def unused_variables(size: int) -> str:
    names = " ".join(f"$v{i}: Int" for i in range(size))
    return f"query ({names}) {{ __typename }}"


def undefined_variables(size: int) -> str:
    return "query Q { " + " ".join(f"a{i}: jobs(first: $v{i}) {{ totalCount }}" for i in range(size)) + " }"


def large_literal(size: int) -> str:
    """A list of thousands in an argument."""
    return "{ nodes(ids: [" + ", ".join('"x"' for _ in range(size)) + "]) { id } }"


def many_operations(size: int) -> str:
    return " ".join(f"query Q{i} {{ __typename }}" for i in range(size))


def _below(selections: str) -> str:
    """Past the limits on the root; what no type has ends it, so that it is refused in the end whatever comes before."""
    return f"{{ jobs(first: 1) {{ nodes {{ {selections} nothing }} }} }}"


def overlaps_below(size: int) -> str:
    """Pairs that may be merged, each of which has to be looked at."""
    return _below("company { name } " * size)


def conflicts_below(size: int) -> str:
    """Every pair conflicts by its arguments."""
    lists = " ".join(f"jobs(first: {i % 90 + 1}) {{ totalCount }}" for i in range(size))
    return _below(f"company {{ {lists} }}")


def overlaps_in_fragments(size: int) -> str:
    """The same fields in so many fragments, spread side by side."""
    fragments = " ".join(f"fragment F{i} on Job {{ company {{ name slug }} }}" for i in range(size))
    return f"{_below(' '.join(f'...F{i}' for i in range(size)))} {fragments}"


def nested_overlaps(size: int) -> str:
    """Pairs within pairs: comparing each level anew would double the work with every level."""
    inner = "id"
    for _ in range(size):
        inner = f"parent {{ id {inner} }} parent {{ id {inner} }}"
    return _below(f"category {{ {inner} }}")


def unknown_below(size: int) -> str:
    return _below(" ".join(f"titel{i}" for i in range(size)))


def unknown_arguments(size: int) -> str:
    arguments = ", ".join(f"a{i}: 1" for i in range(size))
    return f"{{ jobs(first: 1, {arguments}) {{ totalCount }} }}"


def nested_conditions(size: int) -> str:
    """An input within an input."""
    opening, closing = "{ and: [" * size, "] }" * size
    return f"{{ jobs(first: 1, where: {opening}{closing}) {{ nothing }} }}"


def errors_far_down(size: int) -> str:
    """Errors behind so many lines, each of which is counted for the place of each error by who counts anew."""
    return "{" + "\n" * size + " ".join(f"jobz{i}" for i in range(20)) + " }"


def conflicts_far_down(size: int) -> str:
    """The same with errors that point to two places each."""
    conflicts = " ".join(f"a{i}: title a{i}: slug" for i in range(30))
    return "{ jobs(first: 1) { nodes {" + "\n" * size + conflicts + " } } }"


def long_names(size: int) -> str:
    """Unknown fields with names of so many characters, which an answer must not repeat in full."""
    return "{ " + " ".join(f"{'a' * size}{i}" for i in range(20)) + " }"


def unknown_fragments(size: int) -> str:
    return _below(" ".join(f"...Missing{i}" for i in range(size)))


# Sizes just below the limit of 5,000 tokens, where a document is still read in full, and one far beyond it; then what
# stays below every limit, and is validated.
DOCUMENTS: dict[str, tuple[Callable[[int], str], int]] = {
    "1,600 aliases": (aliases, 1600),
    "10,000 aliases": (aliases, 10_000),
    "4,900 unknown fields": (unknown_fields, 4900),
    "overlapping fields, 440 × 440": (overlapping_fields, 440),
    "conflicting fields, 490 × 490": (overlapping_conflicts, 490),
    "web of 65 fragments": (fragment_web, 65),
    "cycle of 190 fragments": (fragment_cycle, 190),
    "fragments that double, 2^120": (doubling_fragments, 120),
    "introspection, 60 deep": (deep_introspection, 60),
    "document, 350 deep": (deep_document, 350),
    "document, 40 deep": (deep_document, 40),
    "lists in lists, 100^8": (nested_lists, 6),
    "800 directives": (directives, 800),
    "2,400 unknown directives": (unknown_directives, 2400),
    "1,200 unused variables": (unused_variables, 1200),
    "430 undefined variables": (undefined_variables, 430),
    "list of 2,400 in an argument": (large_literal, 2400),
    "990 operations": (many_operations, 990),
    "300 fields that overlap": (overlaps_below, 300),
    "400 fields in conflict": (conflicts_below, 400),
    "190 fragments that overlap": (overlaps_in_fragments, 190),
    "overlaps within overlaps, 7 levels": (nested_overlaps, 7),
    "900 unknown fields": (unknown_below, 900),
    "1,600 unknown arguments": (unknown_arguments, 1600),
    "conditions, 100 deep": (nested_conditions, 100),
    "errors behind 49,000 lines": (errors_far_down, 49_000),
    "conflicts behind 48,000 lines": (conflicts_far_down, 48_000),
    "errors behind 2,400 characters each": (long_names, 2_400),
    "1,500 unknown fragments": (unknown_fragments, 1500),
}
