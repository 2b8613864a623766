"""What a rule raises when it says no.

DomainError            a refusal that the caller can act on
├── NotFound           no such object, or the viewer may not know that it exists
├── Invalid            a value is not acceptable; `field` says which one
└── …                  each app's own, drawn at the top of its errors.py
"""


class DomainError(Exception):
    """A refusal the caller can act on. Subclass it once per reason; `code` is public API."""

    code = "INVALID"
    message = "The request is not valid."

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message or self.message)
        self.field = field


class NotFound(DomainError):
    """No such object, or the viewer may not know that it exists: the two look the same."""

    code = "NOT_FOUND"
    message = "Nothing with this id is visible to you."


class Invalid(DomainError):
    """A value is not acceptable. `field` names it; the message says why."""

    code = "INVALID"
