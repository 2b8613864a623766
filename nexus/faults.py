"""Reports of our own faults to Sentry, where `SENTRY_DSN` is set: from requests, subscribers of events, and tasks."""

from functools import cache
from typing import Any

from celery.signals import task_failure, worker_process_shutdown
from django.conf import settings

# Seconds that a worker's process, which ends, waits for what it has not sent yet.
LAST_WORDS = 2


def report(error: BaseException, **tags: str) -> None:
    """Tell Sentry of a fault of ours; a thread of its own sends it.

    It says where it happened and, in the tags, under which id the log or the database has the rest: no message, no
    variables, nothing of the request, no arguments of the task.
    """
    if not has_sentry():
        return
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        for name, value in tags.items():
            scope.set_tag(name, value)
        scope.capture_exception(error)


@cache
def has_sentry() -> bool:
    """Whether faults are reported. The first call sets it up, and raises where the DSN cannot be one."""
    if not settings.SENTRY_DSN:
        return False
    # Here, because it takes a quarter of a second that only those pay who use it.
    import sentry_sdk

    sentry_sdk.init(
        settings.SENTRY_DSN,
        # Integrations watch requests, queries and logs, which hold what is nobody's business; and they cost time.
        default_integrations=False,
        auto_enabling_integrations=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        send_client_reports=False,
        server_name="",
        before_send=_without_messages,
    )
    return True


def watch() -> None:
    """Report from now on what subscribers and tasks of this process fail with."""
    from kernel import subscribers

    subscribers.attempt_failed.connect(_report_attempt)
    task_failure.connect(_report_task)
    worker_process_shutdown.connect(_send_the_rest)


def _report_attempt(error: Exception, delivery: str, subscriber: str, **_: Any) -> None:
    report(error, delivery=delivery, subscriber=subscriber)


def _report_task(sender: Any, exception: BaseException, task_id: str, **_: Any) -> None:
    report(exception, task=sender.name, task_id=task_id)


def _send_the_rest(**_: Any) -> None:
    if has_sentry():
        import sentry_sdk

        sentry_sdk.flush(LAST_WORDS)


def _without_messages(event: Any, _: Any) -> Any:
    """An exception's message may quote a value: a duplicate e-mail address, for one."""
    for exception in event.get("exception", {}).get("values", []):
        exception["value"] = ""
        for frame in exception.get("stacktrace", {}).get("frames", []):
            frame.pop("vars", None)
    event.pop("extra", None)
    return event
