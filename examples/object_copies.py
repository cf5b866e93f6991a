"""Reports that move from an inbox to an archive, which is created if it is absent."""

from datetime import UTC, datetime, timedelta

from serverless_stack.runtime.objects import Conditions, NotFound, ObjectStore, PreconditionFailed

inbox = ObjectStore("my-inbox", prefix="reports/")
archive = ObjectStore("my-archive")


def receive(name: str, content: bytes) -> None:
    inbox.put(
        f"{name}.pdf",  # application/pdf, by the extension
        content,
        content_disposition=f'attachment; filename="{name}.pdf"',
        expires=datetime.now(UTC) + timedelta(days=30),
        storage_class="STANDARD_IA",
    )


def keep(name: str) -> str:
    archive.ensure_bucket()
    try:
        inbox.move(
            f"{name}.pdf",
            f"2026/{name}.pdf",
            destination=archive,
            conditions=Conditions(create_only=True),
        )
    except NotFound:
        return "there is no such report"
    except PreconditionFailed:
        return "it is archived already, or was changed meanwhile, and stays"
    return "archived"


def show(name: str) -> bytes:
    """Return a report for a browser that is to show it rather than save it."""
    return archive.get(f"2026/{name}.pdf", response_headers={"Content-Disposition": "inline"}).body
