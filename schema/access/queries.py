"""What `viewer` tells of the own second factor and API keys."""

from accounts.selectors import api_key as api_keys_of
from accounts.selectors import totp as totp_of
from accounts.services.api_key import MOST_KEYS
from schema.access.types import ApiKey, SecondFactor
from schema.core.loading import many, one

totp = one(
    SecondFactor,
    key="user_id",
    batch=totp_of.of_users,
    description="The second factor of the own log-ins; null for an API key without the scope `account:read`.",
)
api_keys = many(
    ApiKey,
    key="user_id",
    batch=api_keys_of.of_users,
    at_most=MOST_KEYS,
    description="The own API keys that were not revoked, the newest first; none for an API key without the scope "
    "`account:read`.",
)
api_key = one(
    ApiKey,
    key="key_id",
    batch=api_keys_of.asking,
    description="The API key that asks, whatever its scopes; null for a person who is signed in.",
)
