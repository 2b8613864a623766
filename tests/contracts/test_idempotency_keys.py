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
    "accountDeactivate", "accountDelete", "accountRegister", "apiKeyCreate", "applicationHire", "applicationMove",
    "applicationReject", "applicationSubmit", "applicationTransfer", "applicationUnhire", "applicationUnreject",
    "companyCreate", "companyVerifyDomain",
    "dataExportRequest", "emailChange", "exportRequest", "employerBlock", "jobClone", "jobCreate",
    "jobDismiss", "jobReport", "jobSave", "jobUpsertMany", "memberInvite", "noteAdd", "passwordReset", "stageCreate",
    "totpConfirm", "totpEnable", "uploadCreate",
}  # fmt: skip

# Done twice, they leave what they leave when done once.
SAME_AGAIN = {
    "accountUpdate", "apiKeyRevoke", "applicationDraft", "applicationWithdraw", "companyFollow", "companyUnfollow",
    "companyUpdate", "employerUnblock", "feedWeightsUpdate", "hiringTeamUpdate", "invitationDecline",
    "invitationRevoke", "jobDismissUndo", "jobDuplicateDismiss", "jobUnsave", "memberRemove", "memberUpdateRole",
    "notificationPreferenceUpdate", "notificationRead", "preferencesUpdate", "profileUpdate", "resumeMakeDefault",
    "sessionRevoke", "sessionRevokeAll", "stageReorder", "stageUpdate", "tokenRevoke", "tokenVerify", "totpDisable",
    "uploadComplete",
}  # fmt: skip
WITHOUT_A_KEY = dict.fromkeys(SAME_AGAIN, "the same again changes nothing") | {
    "accountVerify": "the link is good once",
    "applicationsMoveMany": "each names the version that it was, and is another one then",
    "applicationsRejectMany": "each names the version that it was, and is another one then",
    "formUpdate": "the version that it names is not the newest any more",
    "companyTransfer": "who gave the company away may not do it again",
    "invitationAccept": "an invitation has one outcome, and its person gets it again",
    **dict.fromkeys(
        (
            "jobApprove",
            "jobArchive",
            "jobClose",
            "jobDiscard",
            "jobPause",
            "jobPublish",
            "jobReject",
            "jobReopen",
            "jobResume",
            "jobSubmit",
        ),
        "a job that has made the step cannot make it again",
    ),
    "jobSchedule": "the same again changes nothing",
    "jobUpdate": "the version that it names is not the newest any more",
    "jobFreeze": "a job that is frozen cannot be frozen",
    "jobUnfreeze": "a job of which all is settled has nothing to settle",
    "noteDelete": "a note that is gone is not found",
    "resumeDelete": "a résumé that is gone is not found",
    "passwordChange": "the old password is not the old one any more",
    "passwordResetConfirm": "the link is good once",
    "profileImport": "it replaces what an earlier import of the same brought",
    "signalsRecord": "each signal has an id of its own",
    "signInComplete": "the code is good once",
    "stageDelete": "a stage that is gone is not found",
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


# What is not kept, but made anew of a node beside it.
MADE_OF_A_NODE = {"uploadCreate.upload"}


def test_every_mutation_was_looked_at_and_is_there() -> None:
    assert not TAKES_A_KEY & WITHOUT_A_KEY.keys()
    assert TAKES_A_KEY | WITHOUT_A_KEY.keys() == FIELDS.keys()


def test_what_creates_or_sends_takes_a_key_and_nothing_else_does() -> None:
    assert {name for name in FIELDS if takes_a_key(name)} == TAKES_A_KEY


# Plain values, whose objects are read anew by their ids.
PLAIN = {"jobUpsertMany.outcomes": "job"}


@pytest.mark.parametrize("name", sorted(TAKES_A_KEY & FIELDS.keys()))
def test_an_answer_that_comes_again_holds_nodes_and_plain_values_that_may_be_gone(name: str) -> None:
    payload = get_named_type(FIELDS[name].type)
    assert isinstance(payload, GraphQLObjectType)
    for field_name, field in payload.fields.items():
        if field_name == "userErrors":
            continue
        assert not is_non_null_type(field.type), f"{name}.{field_name} is null when its object is gone"
        kind, path = get_named_type(field.type), f"{name}.{field_name}"
        if path in PLAIN:
            assert isinstance(kind, GraphQLObjectType)
            assert not is_non_null_type(kind.fields[PLAIN[path]].type), f"{path} may lose its objects"
            continue
        if is_object_type(kind) and path not in MADE_OF_A_NODE:
            assert "Node" in {interface.name for interface in kind.interfaces}, f"{path} is no node"
        if is_list_type(field.type) and is_object_type(kind):
            assert not is_non_null_type(field.type.of_type), f"{path} may lose one of its objects"
