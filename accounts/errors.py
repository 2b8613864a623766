"""Every way that accounts refuse.

DomainError
└── InvalidCredentials     the e-mail or the password is wrong; which one is not said
"""

from kernel.errors import DomainError


class InvalidCredentials(DomainError):
    """The e-mail or the password is wrong, or the account may not log in. Which one is not said."""

    code = "INVALID_CREDENTIALS"
    message = "The e-mail or the password is wrong."
