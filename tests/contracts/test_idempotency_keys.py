"""Every mutation was looked at: those that create or send take an `idempotencyKey`, the others say why not."""

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from schema.root import schema

TAKES_A_KEY = {
    "accountDeactivate", "accountDelete", "accountRegister", "apiKeyCreate", "companyCreate", "companyVerifyDomain",
    "dataExportRequest", "emailChange", "employerBlock", "jobDismiss", "jobSave", "memberInvite",
    "passwordReset", "totpConfirm", "totpEnable",
}  # fmt: skip

# Done twice, they leave what they leave when done once.
SAME_AGAIN = {
    "accountUpdate", "apiKeyRevoke", "companyFollow", "companyUnfollow",
    "companyUpdate", "employerUnblock", "feedWeightsUpdate", "hiringTeamUpdate", "invitationDecline",
    "invitationRevoke", "jobDismissUndo", "jobDuplicateDismiss", "jobUnsave", "memberRemove", "memberUpdateRole",
    "preferencesUpdate", "profileUpdate", "sessionRevoke",
    "sessionRevokeAll", "tokenRevoke", "tokenVerify", "totpDisable",
}  # fmt: skip
WITHOUT_A_KEY = dict.fromkeys(SAME_AGAIN, "the same again changes nothing") | {
    "accountVerify": "the link is good once",
    "companyTransfer": "who gave the company away may not do it again",
    "invitationAccept": "an invitation has one outcome, and its person gets it again",
    "passwordChange": "the old password is not the old one any more",
    "passwordResetConfirm": "the link is good once",
    "profileImport": "it replaces what an earlier import of the same brought",
    "signalsRecord": "each signal has an id of its own",
    "signInComplete": "the code is good once",
    "tokenCreate": "a session more ends by itself, and no table holds its tokens",
    "tokenRefresh": "a refresh token is good once: a second use is the sign of a theft",
}

mutation_type = schema.graphql_schema.mutation_type
assert mutation_type is not None
FIELDS: dict[str, GraphQLField] = mutation_type.fields


def takes_a_key(name: str) -> bool:
    argument = get_named_type(FIELDS[name].args["input"].type)
    assert is_input_object_type(argument)
    return "idempotencyKey" in argument.fields


def test_every_mutation_was_looked_at_and_is_there() -> None:
    assert not TAKES_A_KEY & WITHOUT_A_KEY.keys()
    assert TAKES_A_KEY | WITHOUT_A_KEY.keys() == FIELDS.keys()


def test_what_creates_or_sends_takes_a_key_and_nothing_else_does() -> None:
    assert {name for name in FIELDS if takes_a_key(name)} == TAKES_A_KEY


@pytest.mark.parametrize("name", sorted(TAKES_A_KEY & FIELDS.keys()))
def test_an_answer_that_comes_again_holds_nodes_and_plain_values_that_may_be_gone(name: str) -> None:
    payload = get_named_type(FIELDS[name].type)
    assert isinstance(payload, GraphQLObjectType)
    for field_name, field in payload.fields.items():
        if field_name == "userErrors":
            continue
        assert not is_non_null_type(field.type), f"{name}.{field_name} is null when its object is gone"
        kind = get_named_type(field.type)
        if is_object_type(kind):
            assert "Node" in {interface.name for interface in kind.interfaces}, f"{name}.{field_name} is no node"
        if is_list_type(field.type) and is_object_type(kind):
            assert not is_non_null_type(field.type.of_type), f"{name}.{field_name} may lose one of its objects"
