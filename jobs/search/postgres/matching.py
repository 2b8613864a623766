"""Which rows of `job_search s` a query is about: one condition for counts, facets and every order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from threading import local

from jobs.search.port import Atom, Clause, Query, Question, SearchField
from jobs.search.postgres import conditions
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, any_of, join
from jobs.search.postgres.stems import EXACTLY, SHORT, stems, warm

MOST_ESTIMATED = 8
"""Of a question's clauses are asked for one by one."""

_LABELS = {SearchField.ANY: "", SearchField.TITLE: "A", SearchField.SKILL: "B", SearchField.COMPANY: "C"}


def matching(query: Query) -> Fragment:
    """The live rows that the question and the filters of a query keep. The parameter `at` is the query's instant."""
    return all_of([live(query), filtered(query), asked(query.question)])


def live(query: Query) -> Fragment:
    """The rows that are live at the query's instant, as far as time decides."""
    # Nearly all rows are not over: the index on that, which is for taking out those that are, would be of no help here.
    return Fragment("s.published_at <= %(at)s AND (s.expires_at > %(at)s) IS TRUE", {"at": query.at})


def filtered(query: Query, *, is_marked: bool = False) -> Fragment:
    """The rows that the filters keep; with `is_marked`, in the words of the index of words."""
    if query.where is None and not query.near and query.hidden is None:
        return TRUE
    # It takes statements of its own (the places of a circle), and one search asks for it many times.
    key = (query.at, query.where, query.near, query.hidden)
    if getattr(_latest, "key", None) != key:
        _latest.key, _latest.conditions = key, {}
    made: dict[bool, Fragment] = _latest.conditions
    if is_marked not in made:
        made[is_marked] = conditions.condition(query.where, query.near, query.hidden, is_marked=is_marked)
    return made[is_marked]


_latest = local()


def asked(question: Question | None, *, is_head: bool = False, is_walked: bool = False) -> Fragment:
    """The rows that have what a question asks for; with `is_head`, in title, skills, company or as a concept.

    `is_walked` keeps the indexes of words out of it: the rows come from another index, and each is looked at.
    """
    if question is None:
        return TRUE
    wanted = [clause for clause in question.clauses if not clause.is_excluded and not clause.is_optional]
    unwanted = [clause for clause in question.clauses if clause.is_excluded]
    warm([atom for clause in question.clauses for atom in clause.any_of] + list(question.instead))
    parts = []
    if wanted:
        found = _enough(wanted, question.at_least, is_head=is_head, is_walked=is_walked)
        if question.instead:
            found = any_of([found, _has("|", map(tsquery_of, question.instead), is_head=True, is_walked=is_walked)])
        parts.append(found)
    if unwanted:
        atoms = [tsquery_of(atom) for clause in unwanted for atom in clause.any_of]
        is_in_head = _are_in_head(unwanted)
        parts.append(Fragment.of("NOT {}", _has("|", atoms, is_head=is_in_head, is_walked=is_walked)))
    return all_of(parts)


def asked_one_by_one(question: Question | None, *, is_head: bool = False) -> list[Fragment]:
    """The rows that have each of the clauses that are looked for, and those that have what is meant."""
    if question is None:
        return []
    wanted = [clause for clause in question.clauses if not clause.is_excluded and not clause.is_optional]
    found = [
        _has("|", [_tsquery(clause)], is_head=is_head or _are_in_head([clause])) for clause in wanted[:MOST_ESTIMATED]
    ]
    if wanted and question.instead:
        found.append(_has("|", map(tsquery_of, question.instead), is_head=True))
    return found


def has_words(question: Question | None) -> bool:
    """Whether a question looks for anything, and does not only exclude."""
    return question is not None and any(not clause.is_excluded for clause in question.clauses)


def is_narrowed(query: Query) -> bool:
    """Whether a part of the board matches; what is only without some words is most of it."""
    return has_words(query.question) or query.where is not None or bool(query.near)


def without_meaning(question: Question | None) -> Question | None:
    """The question without what stands in for the whole of it."""
    return question and replace(question, instead=())


def _enough(clauses: Sequence[Clause], at_least: float, *, is_head: bool, is_walked: bool) -> Fragment:
    """All of the clauses, or that share of them."""
    if at_least >= 1:
        # Two indexes, each asked for what it has; together where one of them has all.
        in_head = [clause for clause in clauses if is_head or _are_in_head([clause])]
        elsewhere = [clause for clause in clauses if clause not in in_head]
        return all_of(
            _has("&", map(_tsquery, part), is_head=part is in_head, is_walked=is_walked)
            for part in (in_head, elsewhere)
            if part
        )
    asked_for = [(_tsquery(clause), is_head or _are_in_head([clause])) for clause in clauses]
    some = any_of(_has("|", [text], is_head=is_in, is_walked=is_walked) for text, is_in in asked_for)
    met = join(
        " + ", (Fragment.of("{}::int", _has("|", [text], is_head=is_in, is_walked=True)) for text, is_in in asked_for)
    )
    return all_of([some, Fragment.of("{} >= {}", met, at_least * len(clauses))])


def _are_in_head(clauses: Collection[Clause]) -> bool:
    """Whether only title, skills, company and concepts decide about the clauses."""
    return all(is_in_head(atom) for clause in clauses for atom in clause.any_of)


def is_in_head(atom: Atom) -> bool:
    """Whether the text of a posting has no say in what an atom finds."""
    return not atom.words or atom.field is not SearchField.ANY


def _has(sign: str, tsqueries: Iterable[str], *, is_head: bool, is_walked: bool = False) -> Fragment:
    column = "s.head" if is_head else "s.tsv"
    found = Fragment.of(column + " @@ {}::tsquery", f" {sign} ".join(tsqueries))
    return Fragment.of("({} IS TRUE)", found) if is_walked else found


def _tsquery(clause: Clause) -> str:
    return f"({' | '.join(map(tsquery_of, clause.any_of))})"


def tsquery_of(atom: Atom, labels: str = "") -> str:
    """What an atom finds, as the text of a tsquery: in whatever language a posting is, its stem there.

    `labels` limit it to parts of the head ("A" title, "B" skills, "C" company), in place of the atom's field.
    """
    labels = labels or _LABELS[atom.field]
    if atom.occupation is not None:
        return _lexeme(f"o:{atom.occupation}", labels)
    if atom.code is not None:
        return _lexeme(f"c:{atom.code}", labels)
    if atom.skill is not None:
        return _lexeme(f"s:{atom.skill}", labels)
    forms = stems(atom.words)
    if len(forms) > 1:
        # A title's words as they are all have the same place.
        forms = [tuple(form for form in of if not form.startswith(EXACTLY)) for of in forms]
    parts = [_one_of(of, labels) for of in forms]
    if atom.is_prefix:
        # In the index is a stem, which may be shorter than what was typed: "engineer*" is to find "engineers".
        parts[-1] = f"({_lexeme(atom.words[-1], labels + '*')} | {parts[-1]})"
    elif len(parts) == 1 and len(atom.words[0]) <= SHORT and labels in ("", "A"):
        # In titles it stands as it is, too, whatever the language's stemmer made of it.
        parts[0] = f"({parts[0]} | {_lexeme(EXACTLY + atom.words[0], labels)})"
    # Word by word and not language by language: a phrase of two languages is found as well, which harms nobody.
    return parts[0] if len(parts) == 1 else f"({' <-> '.join(parts)})"


def _one_of(forms: Sequence[str], labels: str) -> str:
    lexemes = [_lexeme(form, labels) for form in forms]
    return lexemes[0] if len(lexemes) == 1 else f"({' | '.join(lexemes)})"


def _lexeme(text: str, suffix: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':{suffix}" if suffix else f"'{quoted}'"
