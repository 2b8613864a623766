"""How people and programs prove who they are beyond a password: second factors and API keys."""
