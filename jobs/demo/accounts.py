"""Who can log in to a demo board. These accounts exist there only: no other board ever gets them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account. `role` is what it shows: staff, owner, recruiter or seeker; `company` is a slug or None."""

    email: str
    password: str
    name: str
    role: str
    company: str | None
    platform_role: str


ACCOUNTS: tuple[Account, ...] = (
    Account("staff@example.com", "demo-staff-board", "Sam Oduya", "staff", None, "admin"),
    Account("owner@example.com", "demo-owner-board", "Olive Marchetti", "owner", "larkfield-systems", "user"),
    Account("recruiter@example.com", "demo-recruiter-board", "Robin Takeda", "recruiter", "larkfield-systems", "user"),
    Account("seeker@example.com", "demo-seeker-board", "Sasha Lindqvist", "seeker", None, "user"),
)
