"""What a rule raises when it says no.

DomainError            a refusal that the caller can act on
├── NotFound           no such object, or the viewer may not know that it exists
├── Invalid            a value is not acceptable; `field` says which one
├── Forbidden          the viewer sees the object, but may not do this to it
├── SignInRequired     only somebody who is signed in may do this
├── RecentLoginRequired  only somebody who has just proved who they are may do this
├── KeyReused          the idempotency key was used for something else
└── …                  each app's own, drawn at the top of its errors.py
"""


class DomainError(Exception):
    """A refusal the caller can act on. Subclass it once per reason; `code` is public API.

    `field` is the input field at fault, with dots for fields within fields: `changes.name`.
    """

    code = "INVALID"
    message = "The request is not valid."
    is_retryable = False
    """Whether the same input may succeed a little later."""

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


class Forbidden(DomainError):
    """The viewer may know of the object, but not do this to it."""

    code = "FORBIDDEN"
    message = "You may not do this."


class SignInRequired(DomainError):
    """Nobody who is not signed in may do this."""

    code = "SIGN_IN_REQUIRED"
    message = "Sign in first."


class RecentLoginRequired(DomainError):
    """A dangerous act needs a login of the last ten minutes: log in again, and repeat it."""

    code = "RECENT_LOGIN_REQUIRED"
    message = "Log in again to do this: your last login is more than ten minutes ago."
    is_retryable = True


class KeyReused(DomainError):
    """An idempotency key names one act with one input; this one was used with another input."""

    code = "IDEMPOTENCY_KEY_REUSED"
    message = "This idempotency key was used with other input. Make up a new one for each act."
