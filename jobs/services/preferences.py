"""What people say in a few taps of the work they want: a part of their profile, and of how their feed is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jobs.models import FeedSettings, Profile
from jobs.services import feed_settings, profile
from kernel.viewer import Viewer

OF_THE_FEED = frozenset({"wanted_titles", "would_relocate"})
OF_THE_PROFILE = frozenset(
    {"occupation_ids", "home_id", "radius_km", "workplaces", "salary_floor", "work_languages", "employment_types"}
)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has said of the work they want."""

    profile: Profile
    settings: FeedSettings


@transaction.atomic
def update(*, by: Viewer, changes: Mapping[str, Any], version: int | None = None) -> Preferences:
    """Change what work the own feed is to be of, all of it or nothing; `version` is the profile's that was read.

    The profile is made where there is none. Its version grows with whatever of this is written, also where that stands
    in the feed's settings: so the one version guards both, and its lock settles who of several comes first. Raises what
    `jobs.services.profile.update` does.
    """
    assert changes.keys() <= OF_THE_FEED | OF_THE_PROFILE, "no other part of a profile is a preference"
    of_profile = {name: value for name, value in changes.items() if name in OF_THE_PROFILE}
    of_feed = {name: value for name, value in changes.items() if name in OF_THE_FEED}
    own = profile.locked(by, version=version)
    profile.write(own, of_profile)
    settings = feed_settings.locked(by)
    changed = sorted([*of_profile, *feed_settings.want(settings, of_feed)])
    if changed:
        profile.save(own, by=by, changed=changed)
    return Preferences(own, settings)
