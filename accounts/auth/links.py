"""The secrets in links that we mail: enough to prove that somebody read the mail, and kept nowhere.

A token is made from the id of the row that it stands for and SECRET_KEY, so that whoever sends the mail makes it anew
and no queue ever holds it. The row keeps a hash, by which it is found: rotating SECRET_KEY does not end what was sent.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from django.conf import settings


def link_token(purpose: str, row_id: UUID) -> str:
    """The token for a row: 43 characters that stand in an address as they are, with 256 bits to guess."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"link:{purpose}:{row_id}".encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """What is kept of a token: its SHA-256 in hexadecimal digits."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
