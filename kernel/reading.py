"""Hot reads: a queryset is compiled once a shape, and its rows are slotted objects instead of model instances.

Building a queryset, compiling it and making instances of models costs many times what the rows themselves do. So a read
says its queryset once, with `Given` in the place of each value that varies, and runs it with the values:

    _BY_COMPANY = Reading(lambda: Job.objects.filter(live(Given("now"))), by="company_id")
    jobs = _BY_COMPANY.many(keys, now=timezone.now())

A row has the columns that the queryset reads under their attribute names, `pk`, the rows that `select_related` joins,
what was annotated, and the properties that its model class defines; reading anything else is an AttributeError. The
models stay the one description of the tables.

Statements run on Django's own connection, inside whatever transaction it is in, and raise Django's database errors. The
values of `Given` are bound by the server, so that it can prepare a statement that comes again and again
(`prepare_threshold` in the database's OPTIONS). All other values stand in the text: a plan knows of them, and can use
an index that has them in its condition.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from threading import Lock
from typing import Any, ClassVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, BooleanField, Expression, F, Func, Model, QuerySet, UUIDField
from django.db.models.sql.compiler import SQLCompiler
from psycopg import sql

from kernel import prepared
from kernel.prepared import Record
from kernel.viewer import ANONYMOUS, Scope, Viewer

type Compile[Found] = Callable[[], Statement[Found]]

MOST_STATEMENTS = 1_000
_PLACEHOLDER = re.compile("%[%s]")
# What rows are grouped by, as an annotation.
_OWNER = "_reading_owner"


class Given(Expression):
    """A value that is named when the queryset is made, and given when the statement is run."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Given) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


class Among(Func):
    """Whether a column has one of the values of an array: `Among(F("job_id"), Given("keys"))`."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class Row:
    """A record of a statement. Each combination of a model and columns has a class of its own below this one."""

    __slots__ = ()
    model: ClassVar[type[Model]]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'pk', '')}>"


@dataclass(frozen=True, slots=True)
class Statement[Found]:
    """A compiled queryset: its text with a `%(name)s` for each `Given`, and what its records are made into."""

    text: str
    make: Callable[[Sequence[Record]], Found]
    convert: Callable[[Sequence[Record]], Sequence[Record]] | None = None
    bound: prepared.Bound = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bound", prepared.Bound.of(self.text))

    def read(self, given: Mapping[str, Any]) -> Found:
        """What there is, in one statement; none at all where the queryset can have no rows."""
        if not self.text:
            return self.make(())
        connection = connections[DEFAULT_DB_ALIAS]
        if self.convert or not prepared.is_ready(connection):
            with connection.cursor() as cursor:
                cursor.execute(self.text, given)
                records = cursor.fetchall()
            return self.make(self.convert(records) if self.convert else records)
        return self.make(prepared.read(connection, self.bound, given))


class Statements:
    """Compiled statements by shape. Each is compiled once; of more than `most` the oldest make way."""

    def __init__(self, most: int = MOST_STATEMENTS) -> None:
        self._most = most
        self._kept: dict[Hashable, Statement[Any]] = {}
        self._lock = Lock()

    def get[Found](self, shape: Hashable, compile_: Compile[Found]) -> Statement[Found]:
        """The statement of a shape, which `compile_` makes where it is not there."""
        statement = self._kept.get(shape)
        if statement is None:
            with self._lock:
                statement = self._kept.get(shape)
                if statement is None:
                    if len(self._kept) >= self._most:
                        del self._kept[next(iter(self._kept))]
                    statement = self._kept[shape] = compile_()
        return statement


_statements = Statements()


class Reading[R: Model]:
    """Rows by key, in one statement. `queryset` makes the queryset of a shape, `by` names the column of the key.

    The shape is whatever changes the statement's text beyond the values that are given: hashable arguments of
    `queryset`. `adds` names attributes that the rows have room for, and that the selector fills in.
    """

    def __init__(self, queryset: Callable[..., QuerySet[R]], *, by: str = "pk", adds: tuple[str, ...] = ()) -> None:
        self._queryset = queryset
        self._by = by
        self._adds = adds

    def one(self, keys: Collection[Any], *shape: Hashable, **given: Any) -> dict[Any, R]:
        """The row of each key; a key without one is left out."""
        by = self._by
        return {getattr(row, by): row for row in self.rows(keys, *shape, **given)}

    def many(self, keys: Collection[Any], *shape: Hashable, **given: Any) -> dict[Any, list[R]]:
        """The rows of each key in the queryset's order; a key without any is left out."""
        if not keys:
            return {}
        statement = _statements.get((self, "many", shape), lambda: self._compile_many(shape))
        found = statement.read({**given, "keys": array(keys)})
        if not isinstance(next(iter(keys)), UUID):
            return found
        by_bytes = {key.bytes: key for key in keys}
        return {by_bytes[bytes(owner)]: rows for owner, rows in found.items()}

    def rows(self, keys: Collection[Any], *shape: Hashable, **given: Any) -> list[R]:
        """The rows of all the keys, in the queryset's order. No keys, no statement."""
        if not keys:
            return []
        statement = _statements.get((self, shape), lambda: self._compile(shape))
        return statement.read({**given, "keys": array(keys)})

    def _compile(self, shape: Sequence[Any]) -> Statement[list[R]]:
        return compiled(self._keyed(shape), adds=self._adds)

    def _compile_many(self, shape: Sequence[Any]) -> Statement[dict[Any, list[R]]]:
        queryset = self._keyed(shape)
        meta = queryset.model._meta
        column: Any = meta.pk if self._by == "pk" else meta.get_field(self._by)
        if not isinstance(column.target_field if column.is_relation else column, UUIDField):
            return compiled(queryset, adds=self._adds, grouped_by=self._by)
        # A UUID is made, hashed and compared in Python, bytes in C, and there are many more rows than keys.
        owner = Func(F(self._by), function="uuid_send", output_field=BinaryField())
        queryset = queryset.annotate(**{_OWNER: owner}).defer(column.attname)
        return compiled(queryset, adds=self._adds, grouped_by=_OWNER)

    def _keyed(self, shape: Sequence[Any]) -> QuerySet[R]:
        return self._queryset(*shape).filter(Among(F(self._by), Given("keys")))


def attach(
    owned: Iterable[list[Any]],
    attribute: str,
    key: str,
    load: Callable[[Collection[Any]], Mapping[Any, Any]],
    *,
    is_required: bool = False,
) -> None:
    """Fill in `attribute` of all the rows with what `load` gives for their `key`s; None where there is nothing.

    Rows that may not be without it are taken out: what they led to was deleted since they were read.
    """
    lists = list(owned)
    rows = [row for rows in lists for row in rows]
    wanted = {value for row in rows if (value := getattr(row, key)) is not None}
    found = load(wanted)
    for row in rows:
        setattr(row, attribute, found.get(getattr(row, key)))
    if is_required and not found.keys() >= wanted:
        for rows in lists:
            rows[:] = [row for row in rows if getattr(row, attribute) is not None]


def array(keys: Collection[Any]) -> str | list[Any]:
    """Keys as PostgreSQL writes an array of them, which is cheaper made here than by psycopg, one by one."""
    kind = type(next(iter(keys)))
    if kind is UUID:
        return "{" + ",".join([f"{key.int:032x}" for key in keys]) + "}"
    return "{" + ",".join(map(str, keys)) + "}" if kind is int else list(keys)


_SOMEBODY = Viewer(user_id=cast(Any, Given("viewer_id")))
_STAFF = replace(_SOMEBODY, platform_role="admin")


def kind_of(viewer: Viewer) -> Viewer:
    """A viewer in whose stead stands everybody who is asked the same: a shape. Its id is `Given("viewer_id")`.

    Of an API key the scopes remain that let it read, so that `allows` says of the shape what it says of the key.
    """
    if viewer.is_staff:
        return _STAFF
    if not viewer.is_authenticated:
        return ANONYMOUS
    return _SOMEBODY if viewer.scopes is None else _with_scopes(viewer.scopes)


@lru_cache(maxsize=256)
def _with_scopes(scopes: frozenset[Scope]) -> Viewer:
    return replace(_SOMEBODY, scopes=frozenset(scope for scope in scopes if scope.endswith(":read")))


def statement_of[Found](shape: Hashable, compile_: Compile[Found]) -> Statement[Found]:
    """The statement of a shape, compiled once a process while it is among the last `MOST_STATEMENTS`."""
    return _statements.get(shape, compile_)


def compiled(
    queryset: QuerySet[Any], *, extra: Sequence[str] = (), adds: tuple[str, ...] = (), grouped_by: str = ""
) -> Statement[Any]:
    """The statement of a queryset of model rows. `extra` names what the text will be made to select behind them.

    It gives a list of rows, or lists of them by the column or annotation that it is `grouped_by`.
    """
    connection = connections[queryset.db]
    compiler = queryset.query.get_compiler(connection=connection)
    try:
        text, parameters = compiler.as_sql()
    except EmptyResultSet:
        return Statement("", make=dict if grouped_by else list)
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    make = _maker(*_layout(compiler, extra), adds, grouped_by)

    def convert(records: Sequence[Record]) -> Sequence[Record]:
        return [tuple(record) for record in compiler.apply_converters(records, converters)]

    return Statement(_written(text, parameters, connection), make, convert if converters else None)


def _written(text: str, parameters: Sequence[Any], connection: BaseDatabaseWrapper) -> str:
    """The text with its values written out, and with a name in the place of each `Given`."""
    connection.ensure_connection()
    values = iter(parameters)

    def write(placeholder: re.Match[str]) -> str:
        if placeholder[0] == "%%":
            return "%%"
        value = next(values)
        if isinstance(value, Given):
            return f"%({value.name})s"
        return sql.Literal(value).as_string(connection.connection).replace("%", "%%")

    with connection.wrap_database_errors:
        return _PLACEHOLDER.sub(write, text)


type Target = tuple[int, str]
"""Where a column goes: the number of the object of the record that it belongs to, and the attribute."""
type Part = tuple[type[Model], int, str]
"""A kind of object in a record: its model, and the number of the object and the attribute that lead to it."""


def _layout(compiler: SQLCompiler, extra: Sequence[str]) -> tuple[tuple[Part, ...], tuple[Target | None, ...]]:
    """What a record holds, from what the compiler knows of the columns that it selects."""
    parts: list[Part] = []
    targets: list[Target | None] = [None] * len(compiler.select)

    def describe(info: Mapping[str, Any], owner: int, attribute: str) -> None:
        number = len(parts)
        parts.append((info["model"], owner, attribute))
        for index in info["select_fields"]:
            targets[index] = number, compiler.select[index][0].target.attname
        for related in info.get("related_klass_infos", ()):
            if related["reverse"] or related["from_parent"]:
                raise NotImplementedError(f"A row reads to-one relations of its own only, not {related['field']}.")
            describe(related, number, related["field"].name)

    assert compiler.klass_info is not None, "Rows are read from querysets of a model."
    describe(compiler.klass_info, 0, "")
    for name, index in (compiler.annotation_col_map or {}).items():
        targets[index] = 0, name
    return tuple(parts), (*targets, *((0, name) for name in extra))


@lru_cache(maxsize=MOST_STATEMENTS)
def _maker(
    parts: tuple[Part, ...], targets: tuple[Target | None, ...], adds: tuple[str, ...], grouped_by: str
) -> Callable[[Sequence[Record]], Any]:
    """A function that makes rows of records.

    It is generated: assigning all the columns of a record in one unpacking is the cheapest that Python has. Nothing of
    its text comes from outside: it is made of the attributes of models.
    """
    classes = list(_classes(parts, targets, adds))
    places = [_place(target) for target in targets]
    lines = ["def make(records):", " found = {}" if grouped_by else " found = []", " for record in records:"]
    lines += [f"  row{number} = new(classes[{number}])" for number in range(len(parts))]
    lines += [f"  ({', '.join(places)},) = record"]
    # From the last to the first, so that a row is whole when it is put into another.
    for number, (_, owner, attribute) in reversed(list(enumerate(parts))[1:]):
        lines.append(f"  row{owner}.{attribute} = None if row{number}.pk is None else row{number}")
    if grouped_by:
        lines += [f"  owner = row0.{grouped_by}"] if grouped_by != _OWNER else []
        lines += ["  rows = found.get(owner)", "  if rows is None: found[owner] = [row0]", "  else: rows.append(row0)"]
    else:
        lines += ["  found.append(row0)"]
    lines += [" return found"]
    scope: dict[str, Any] = {"classes": tuple(classes), "new": object.__new__}
    exec("\n".join(lines), scope)  # noqa: S102 - see above
    make: Callable[[Sequence[Record]], Any] = scope["make"]
    return make


def _place(target: Target | None) -> str:
    if target is None:
        return "_"
    number, attribute = target
    return "owner" if attribute == _OWNER else f"row{number}.{attribute}"


def _classes(parts: Sequence[Part], targets: Sequence[Target | None], adds: tuple[str, ...]) -> Iterator[type[Row]]:
    """The class of each part of a record; the first has room for what is added, too."""
    for number, (model, _, _) in enumerate(parts):
        columns = [target[1] for target in targets if target and target[0] == number and target[1] != _OWNER]
        joined = [attribute for _, owner, attribute in parts[1:] if owner == number]
        added = [name for name in adds if number == 0 and name not in joined]
        yield _row_class(model, (*columns, *joined, *added))


@lru_cache(maxsize=MOST_STATEMENTS)
def _row_class(model: type[Model], attributes: tuple[str, ...]) -> type[Row]:
    """The class of a model's rows that have these attributes."""
    invalid = [name for name in attributes if not name.isidentifier()]
    assert not invalid, f"{invalid} are no attributes."
    members: dict[str, Any] = {
        "__slots__": attributes,
        "__module__": __name__,
        "__doc__": model.__doc__,
        "model": model,
    }
    for base in reversed(model.__mro__):
        if issubclass(base, Model) and base is not Model:
            members |= {name: value for name, value in vars(base).items() if isinstance(value, property)}
    made = type(f"{model.__name__}Row", (Row,), members)
    key = model._meta.pk.attname
    if key in attributes:
        made.pk = vars(made)[key]  # type: ignore[attr-defined]  # a second name of the same slot
    return made
