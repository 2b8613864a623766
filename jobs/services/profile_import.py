"""Takes a JSON Resume document into a profile, and writes one from it."""

from collections import Counter
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import TextChoices

from jobs.models import Profile
from jobs.selectors import profile as profiles
from jobs.services import json_resume
from jobs.services.json_resume import Understood
from jobs.services.json_resume_reader import Json, parse
from jobs.services.json_resume_sections import as_text
from jobs.services.profile import locked, save
from jobs.services.profile_entries import LISTS, append, replace
from kernel.errors import Invalid
from kernel.viewer import Viewer

MOST_REMARKS = 200
LARGEST_REST = 600_000
IMPORTED = ("experiences", "educations", "skills", "languages", "links")


class ProfileImportMode(TextChoices):
    """What an imported document does to what a profile says already."""

    MERGE = "merge", "Adds what the profile does not say yet, and changes nothing that it says"
    REPLACE = "replace", "Puts the document in the place of what the profile says. Preferences stay"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a document that no column has, and why; it is kept, and written again. `path` is dotted."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: how many entries of each list it adds, and what it did not understand."""

    profile: Profile | None
    mode: ProfileImportMode
    added: dict[str, int]
    remarks: tuple[Remark, ...]
    remark_count: int


@transaction.atomic
def import_document(*, by: Viewer, document: str, mode: str, is_dry_run: bool = False) -> Imported:
    """Take a JSON Resume document, a text of 300 kB at most, into the own profile, which is made where there is none.

    A dry run tells what would be done, and does nothing. Nothing of a document is lost: what was not understood is
    told, and comes out with `documents` again. To import the same again changes nothing.
    """
    wanted = ProfileImportMode(mode)
    content = parse(document)
    profile = locked(by)
    understood = json_resume.understand(content)
    added = _replace(profile, understood) if wanted is ProfileImportMode.REPLACE else _merge(profile, understood)
    if len(as_text(profile.json_resume)) > LARGEST_REST:
        raise Invalid("Your profile has no room for more documents; replace what it says.", field="document")
    remarks = tuple(Remark(*remark) for remark in understood.remarks[:MOST_REMARKS])
    if is_dry_run:
        transaction.set_rollback(True)
        return Imported(None, wanted, added, remarks, len(understood.remarks))
    save(profile, by=by, changed=["json_resume", *(name for name in IMPORTED if added[name])])
    return Imported(profile, wanted, added, remarks, len(understood.remarks))


def documents(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, str]:
    """Profiles as JSON Resume documents; nobody has another person's. Seven statements for any number."""
    found = profiles.own_with_lists(viewer, keys)
    return {
        profile.pk: orjson.dumps(json_resume.document_of(profile, lists), option=orjson.OPT_INDENT_2).decode()
        for profile, lists in found
    }


def _replace(profile: Profile, understood: Understood) -> dict[str, int]:
    profile.headline, profile.summary = understood.headline, understood.summary
    profile.home_id = understood.home_id or profile.home_id
    profile.json_resume = understood.rest | {"home": profile.home_id}
    for name in IMPORTED:
        replace(profile, name, understood.rows.get(name, []), is_imported=True)
    return {name: len(understood.rows.get(name, [])) for name in IMPORTED}


def _merge(profile: Profile, understood: Understood) -> dict[str, int]:
    _merge_texts(profile, understood)
    _merge_rest(profile, understood)
    profile.home_id = profile.home_id or understood.home_id
    return {name: _merge_list(profile, name, understood) for name in IMPORTED}


def _merge_texts(profile: Profile, understood: Understood) -> None:
    for column, path in (("headline", "basics.label"), ("summary", "basics.summary")):
        text, has = getattr(understood, column), getattr(profile, column)
        if text and has and text != has:
            understood.remarks.append((path, "Your profile says something else here, which stays."))
        setattr(profile, column, has or text)


def _merge_list(profile: Profile, name: str, understood: Understood) -> int:
    """Add what the list does not have. Of entries that speak of the same there may be several, and then as many."""
    listed = LISTS[name]
    there = list(listed.model._default_manager.filter(profile=profile))
    had: Counter[Hashable] = Counter(listed.same(row) for row in there)
    new: list[Any] = []
    for row in understood.rows.get(name, []):
        if had[listed.same(row)] > 0:
            had[listed.same(row)] -= 1
        elif len(there) + len(new) == listed.most:
            understood.remarks.append((name, f"There is room for {listed.most} entries; the others are left out."))
            break
        else:
            new.append(row)
    # Replacing leaves no gaps between positions, and neither does appending.
    append(profile, name, new, after=len(there))
    return len(new)


def _merge_rest(profile: Profile, understood: Understood) -> None:
    """Keep of both documents what no column holds; where they say different things, what was there."""
    new = understood.rest
    if not profile.json_resume:
        profile.json_resume = new | {"home": profile.home_id or understood.home_id}
        return
    old = profile.json_resume
    left = {section: list(entries) for section, entries in old["left"].items()}
    for section, entries in new["left"].items():
        known = {as_text(entry) for _, entry in left.get(section, ())}
        left.setdefault(section, []).extend([place, entry] for place, entry in entries if as_text(entry) not in known)
    basics = old["document"].get("basics")
    has_place = isinstance(basics, dict) and "location" in basics
    home = old["home"] if has_place else profile.home_id or understood.home_id
    profile.json_resume = {
        "document": _union(old["document"], new["document"]),
        "left": left,
        "skills": new["skills"] | old["skills"],
        "home": home,
    }


def _union(old: Json, new: Json) -> Json:
    """Members of both; lists have the entries of both, objects the members of both, of all else the old one stays."""
    both = dict(old)
    for name, value in new.items():
        has = both.get(name)
        if name not in both:
            both[name] = value
        elif isinstance(has, list) and isinstance(value, list):
            known = {as_text(entry) for entry in has}
            both[name] = has + [entry for entry in value if as_text(entry) not in known]
        elif name == "basics" and isinstance(has, dict) and isinstance(value, dict):
            both[name] = _union(has, value)
    return both
