"""Every way that accounts refuse.

DomainError
├── InvalidCredentials     the e-mail or the password is wrong; which one is not said
├── TooManyAttempts        this was tried too often; it says for how many seconds to wait
├── EmailNotVerified       the password is right, but nobody has shown yet that the address is theirs
├── PasswordTooWeak        the new password is too short, a common one, or too like the person's own data
├── WrongPassword          the present password, which the person has to give, is wrong
├── LinkInvalid            the token of a mailed link was never given out, was used, or is too old
├── EmailTaken             another account has that address by now
├── AccountStillNeeded     the account cannot be deleted yet; the message says what has to be done first
├── SecondFactorRequired   the person has a second factor on: a code is needed as well
├── SecondFactorInvalid    the code is wrong, or was used before
├── SecondFactorOn         the second factor is on already
├── SecondFactorOff        there is no second factor to confirm or to switch off
├── SignInRefused          an identity provider's word is not enough here; `reason` says why
├── SignInCodeInvalid      the code that the browser brought back is not good, or not for this client
├── NotAuthenticated       a request says who it comes from, and does not prove it
├── AuthenticationUnavailable  whether a session still stands cannot be told now
├── ActingRefused          this person may not act in the name of that one
├── TokenInvalid           a token is none of ours, or too old, or its session has ended
├── RefreshTokenReused     a refresh token came a second time, and its session has ended
└── TooManyKeys            the owner has as many API keys as anybody may have
"""

from kernel.errors import DomainError, Forbidden


class InvalidCredentials(DomainError):
    """The e-mail or the password is wrong, or the account may not log in. Which one is not said."""

    code = "INVALID_CREDENTIALS"
    message = "The e-mail or the password is wrong."


class TooManyAttempts(DomainError):
    """This was tried too often. `seconds`: for how long to wait."""

    code = "TOO_MANY_ATTEMPTS"
    message = "This was tried too often."
    is_retryable = True

    def __init__(self, seconds: int = 0, *, field: str | None = None) -> None:
        super().__init__(f"This was tried too often. Try again in {seconds} s." if seconds else "", field=field)
        self.seconds = seconds


class EmailNotVerified(DomainError):
    """The password is right, but nobody has shown yet that the address is theirs."""

    code = "EMAIL_NOT_VERIFIED"
    message = "Follow the link in the mail that we sent you first. Register again to get another one."


class PasswordTooWeak(DomainError):
    """A new password is too short, a common one, or too like the person's own data. The message says which."""

    code = "PASSWORD_TOO_WEAK"
    message = "This password is too easy to guess."


class WrongPassword(DomainError):
    """The present password, which the person has to give, is wrong."""

    code = "WRONG_PASSWORD"
    message = "The present password is wrong."


class LinkInvalid(DomainError):
    """The token of a mailed link was never given out, was used, or is too old: the three look the same."""

    code = "LINK_INVALID"
    message = "This link was used already, or is too old. Ask for another one."


class EmailTaken(DomainError):
    """Another account has the address by now. Told only to somebody who can read that address's mail."""

    code = "EMAIL_TAKEN"
    message = "Another account has this address."


class AccountStillNeeded(DomainError):
    """An account cannot be deleted yet: the message says what its person has to do first."""

    code = "ACCOUNT_STILL_NEEDED"
    message = "Others depend on this account."


class SecondFactorRequired(DomainError):
    """The password was right, and the person has a second factor on: repeat the log-in with a code."""

    code = "SECOND_FACTOR_REQUIRED"
    message = "Enter the code that your app shows, or one of your recovery codes."
    is_retryable = True


class SecondFactorInvalid(DomainError):
    """The code is wrong, too old, or was used before; or the recovery code is."""

    code = "SECOND_FACTOR_INVALID"
    message = "This code is wrong or was used before. Wait for the next code of your app, or use a recovery code."


class SecondFactorOn(DomainError):
    """The second factor is on already; switch it off first to begin anew."""

    code = "SECOND_FACTOR_ON"
    message = "The second factor is on already. Switch it off first to set it up anew."


class SecondFactorOff(DomainError):
    """There is no second factor to confirm or to switch off."""

    code = "SECOND_FACTOR_OFF"
    message = "The second factor is not set up. Begin with `totpEnable`."


class SignInRefused(DomainError):
    """What an identity provider says is not enough to let somebody in. `reason` is the word that the client is told."""

    code = "SIGN_IN_REFUSED"
    message = "This sign-in is not possible."

    def __init__(self, message: str = "", *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class SignInCodeInvalid(DomainError):
    """The code was never given out, was used, is too old, or belongs to another client: they all look the same."""

    code = "SIGN_IN_CODE_INVALID"
    message = "This sign-in was finished already, or took too long. Start again."


class TooManyKeys(DomainError):
    """The owner has as many API keys as anybody may have."""

    code = "TOO_MANY_KEYS"
    message = "There are 50 API keys already. Revoke one that is not needed any more."


class NotAuthenticated(DomainError):
    """A request says who it comes from, and that is not so, or no longer. A client then refreshes its tokens."""

    code = "UNAUTHENTICATED"
    message = (
        "The token is not valid, or no longer. Send `Authorization: Bearer <token>`; another token is given by "
        "`tokenRefresh` and `tokenCreate`, without this header."
    )


class AuthenticationUnavailable(DomainError):
    """Whether a session still stands cannot be told now, so that nobody is let in who may have been locked out."""

    code = "UNAVAILABLE"
    message = "Whether your session still stands cannot be told now. Try again in a moment."
    is_retryable = True


class ActingRefused(Forbidden):
    """Staff may act in the name of people who are not staff, soon after a log-in, and nobody else may at all."""

    message = "Acting for somebody is for platform admins and support, after a log-in of the last ten minutes."


class TokenInvalid(DomainError):
    """A token was never given out, is too old, or its session has ended: they all look the same."""

    code = "TOKEN_INVALID"
    message = "This token is not valid, or no longer. Log in again."


class RefreshTokenReused(DomainError):
    """A refresh token came a second time. Somebody else may have it, so that its session has ended."""

    code = "REFRESH_TOKEN_REUSED"
    message = "This token was used before, so somebody else may have it: the session has ended. Log in again."
