"""The roots: a list of fields, no logic."""

import graphene
from graphql import specified_directives

from schema.access import mutations as access_mutations
from schema.account import mutations as account_mutations
from schema.account import queries as account_queries
from schema.application import bulk as bulk_mutations
from schema.application import mutations as application_mutations
from schema.application import notes as note_mutations
from schema.application import pipeline as pipeline_mutations
from schema.application import stages as stage_mutations
from schema.company import mutations as company_mutations
from schema.company import queries as company_queries
from schema.core import nodes as node_queries
from schema.core.caching import apply_public, public
from schema.core.costs import COST, LIST_SIZE, apply_costs
from schema.core.inputs import apply_one_of
from schema.core.scalars import apply_specifications
from schema.core.visibility import apply_visibility
from schema.export import mutations as export_mutations
from schema.feed import mutations as feed_mutations
from schema.feed import queries as feed_queries
from schema.file import mutations as file_mutations
from schema.identity import mutations as identity_mutations
from schema.identity import queries as identity_queries
from schema.job import editing as job_editing
from schema.job import lifecycle as job_lifecycle
from schema.job import moderation as moderation_of_jobs
from schema.job import mutations as job_mutations
from schema.job import queries as job_queries
from schema.job import upsert as job_upsert
from schema.notification import mutations as notification_mutations
from schema.profile import mutations as profile_mutations
from schema.search import insight as search_insight_queries
from schema.search import queries as search_queries
from schema.session import mutations as session_mutations
from schema.taxonomy import queries as taxonomy_queries
from schema.team import mutations as team_mutations
from schema.usage import queries as usage_queries


class Query(graphene.ObjectType):
    """What can be read."""

    node = node_queries.node
    nodes = node_queries.nodes
    viewer = account_queries.viewer
    job = public(job_queries.job)
    jobs = public(job_queries.job_list)
    job_search = public(search_queries.job_search)
    suggest = search_queries.suggest
    feed = feed_queries.feed_of_nobody
    company = public(company_queries.company)
    companies = public(company_queries.company_list)
    categories = public(taxonomy_queries.categories)
    skills = public(taxonomy_queries.skills)
    occupations = public(taxonomy_queries.occupations)
    places = public(taxonomy_queries.places)
    sign_in_providers = identity_queries.sign_in_providers
    moderation_queue = moderation_of_jobs.moderation_queue
    search_insight = search_insight_queries.search_insight
    rate_limit = usage_queries.rate_limit
    cost_of = usage_queries.cost_of


class Mutation(graphene.ObjectType):
    """What can be done."""

    account_register = account_mutations.AccountRegister.field()
    account_verify = account_mutations.AccountVerify.field()
    account_update = account_mutations.AccountUpdate.field()
    account_deactivate = account_mutations.AccountDeactivate.field()
    account_delete = account_mutations.AccountDelete.field()
    email_change = account_mutations.EmailChange.field()
    password_reset = account_mutations.PasswordReset.field()
    password_reset_confirm = account_mutations.PasswordResetConfirm.field()
    password_change = account_mutations.PasswordChange.field()
    data_export_request = account_mutations.DataExportRequest.field()
    token_create = session_mutations.TokenCreate.field()
    token_refresh = session_mutations.TokenRefresh.field()
    token_verify = session_mutations.TokenVerify.field()
    token_revoke = session_mutations.TokenRevoke.field()
    session_revoke = session_mutations.SessionRevoke.field()
    session_revoke_all = session_mutations.SessionRevokeAll.field()
    sign_in_complete = identity_mutations.SignInComplete.field()
    totp_enable = access_mutations.TotpEnable.field()
    totp_confirm = access_mutations.TotpConfirm.field()
    totp_disable = access_mutations.TotpDisable.field()
    api_key_create = access_mutations.ApiKeyCreate.field()
    api_key_revoke = access_mutations.ApiKeyRevoke.field()
    company_create = company_mutations.CompanyCreate.field()
    company_update = company_mutations.CompanyUpdate.field()
    company_verify_domain = company_mutations.CompanyVerifyDomain.field()
    company_follow = company_mutations.CompanyFollow.field()
    company_unfollow = company_mutations.CompanyUnfollow.field()
    company_transfer = team_mutations.CompanyTransfer.field()
    member_invite = team_mutations.MemberInvite.field()
    member_update_role = team_mutations.MemberUpdateRole.field()
    member_remove = team_mutations.MemberRemove.field()
    invitation_accept = team_mutations.InvitationAccept.field()
    invitation_decline = team_mutations.InvitationDecline.field()
    invitation_revoke = team_mutations.InvitationRevoke.field()
    hiring_team_update = team_mutations.HiringTeamUpdate.field()
    job_create = job_editing.JobCreate.field()
    job_update = job_editing.JobUpdate.field()
    job_clone = job_editing.JobClone.field()
    job_upsert_many = job_upsert.JobUpsertMany.field()
    job_submit = job_lifecycle.JobSubmit.field()
    job_approve = job_lifecycle.JobApprove.field()
    job_reject = job_lifecycle.JobReject.field()
    job_schedule = job_lifecycle.JobSchedule.field()
    job_publish = job_lifecycle.JobPublish.field()
    job_pause = job_lifecycle.JobPause.field()
    job_resume = job_lifecycle.JobResume.field()
    job_reopen = job_lifecycle.JobReopen.field()
    job_close = job_lifecycle.JobClose.field()
    job_archive = job_lifecycle.JobArchive.field()
    job_discard = job_lifecycle.JobDiscard.field()
    job_duplicate_dismiss = job_mutations.JobDuplicateDismiss.field()
    job_report = moderation_of_jobs.JobReport.field()
    job_freeze = moderation_of_jobs.JobFreeze.field()
    job_unfreeze = moderation_of_jobs.JobUnfreeze.field()
    profile_update = profile_mutations.ProfileUpdate.field()
    profile_import = profile_mutations.ProfileImport.field()
    export_request = export_mutations.ExportRequest.field()
    upload_create = file_mutations.UploadCreate.field()
    upload_complete = file_mutations.UploadComplete.field()
    resume_make_default = file_mutations.ResumeMakeDefault.field()
    resume_delete = file_mutations.ResumeDelete.field()
    form_update = application_mutations.FormUpdate.field()
    application_draft = application_mutations.ApplicationDraft.field()
    application_submit = application_mutations.ApplicationSubmit.field()
    application_withdraw = application_mutations.ApplicationWithdraw.field()
    application_move = pipeline_mutations.ApplicationMove.field()
    application_reject = pipeline_mutations.ApplicationReject.field()
    application_unreject = pipeline_mutations.ApplicationUnreject.field()
    application_transfer = pipeline_mutations.ApplicationTransfer.field()
    application_hire = pipeline_mutations.ApplicationHire.field()
    application_unhire = pipeline_mutations.ApplicationUnhire.field()
    applications_move_many = bulk_mutations.ApplicationsMoveMany.field()
    applications_reject_many = bulk_mutations.ApplicationsRejectMany.field()
    stage_create = stage_mutations.StageCreate.field()
    stage_update = stage_mutations.StageUpdate.field()
    stage_reorder = stage_mutations.StageReorder.field()
    stage_delete = stage_mutations.StageDelete.field()
    note_add = note_mutations.NoteAdd.field()
    note_delete = note_mutations.NoteDelete.field()
    job_save = profile_mutations.JobSave.field()
    job_unsave = profile_mutations.JobUnsave.field()
    employer_block = profile_mutations.EmployerBlock.field()
    employer_unblock = profile_mutations.EmployerUnblock.field()
    preferences_update = feed_mutations.PreferencesUpdate.field()
    feed_weights_update = feed_mutations.FeedWeightsUpdate.field()
    job_dismiss = feed_mutations.JobDismiss.field()
    job_dismiss_undo = feed_mutations.JobDismissUndo.field()
    signals_record = feed_mutations.SignalsRecord.field()
    notification_read = notification_mutations.NotificationRead.field()
    notification_preference_update = notification_mutations.NotificationPreferenceUpdate.field()


schema = graphene.Schema(query=Query, mutation=Mutation, directives=[*specified_directives, COST, LIST_SIZE])
apply_one_of(schema.graphql_schema)
apply_public(schema.graphql_schema, Query)
apply_visibility(schema.graphql_schema)
apply_specifications(schema.graphql_schema)
apply_costs(schema.graphql_schema)
