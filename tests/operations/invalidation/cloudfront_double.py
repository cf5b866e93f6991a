"""A double of CloudFront's invalidations, served over HTTP.

It follows "CreateInvalidation", "Invalidating files" and "Quotas on invalidations". Emulators
accept what CloudFront refuses, so the client is tested against this double.
"""

import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

NAMESPACE = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"
CONFIG = re.compile(r"^/2020-05-31/distribution/([^/]+)/config$")
PLACE = re.compile(r"^/2020-05-31/distribution/([^/]+)/invalidation(?:/([^/]+))?$")
PATH = re.compile(r"/(?:[^\x00-\x20\x7f-\uffff<>\"#{}|\\^~\[\]`%*]|%[0-9A-Fa-f]{2})*\*?")

TAG = re.compile(r"#[!-+\--~]{1,256}")


@dataclass
class Made:
    """An invalidation."""

    id: str
    reference: str
    paths: tuple[str, ...]
    completed: bool = False


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class CloudFront:
    """The state of the service.

    Attributes:
        distributions: The distributions with their invalidations.
        throttled: How many requests are still throttled.
        throttled_reads: How many reads of an invalidation are still throttled.
        polls_to_complete: After how many reads an invalidation is completed; -1 is never.
        with_tags: The distributions that read cache tags.
        denies_settings: Whether the settings of distributions cannot be read.
    """

    distributions: dict[str, list[Made]]
    throttled: int = 0
    throttled_reads: int = 0
    polls_to_complete: int = 0
    with_tags: set[str] = field(default_factory=set)
    denies_settings: bool = False
    requests: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, distribution: str, body: bytes) -> Made:
        known = self._known(distribution)
        if self.throttled:
            self.throttled -= 1
            raise Refused(400, "Throttling", "Rate exceeded")
        batch = ET.fromstring(body)
        items = [each.text or "" for each in batch.iter(f"{NAMESPACE}Path")]
        reference = batch.findtext(f"{NAMESPACE}CallerReference") or ""
        quantity = batch.findtext(f"{NAMESPACE}Paths/{NAMESPACE}Quantity")
        if not items or not reference:
            raise Refused(400, "InvalidArgument", "Your request is missing an argument.")
        if quantity != str(len(items)):
            raise Refused(400, "InconsistentQuantities", "Quantity and the items do not match.")
        if len(set(items)) != len(items):
            raise Refused(400, "InvalidArgument", "Your request contains a path twice.")
        for path in items:
            # "What you need to know when invalidating tags"
            valid = TAG.fullmatch(path) if path.startswith("#") else PATH.fullmatch(path)
            if not valid or len(path) > 4000:
                raise Refused(
                    400, "InvalidArgument", "Your request contains one or more invalid paths."
                )
        for made in known:
            if made.reference == reference:
                if set(made.paths) == set(items):
                    return made  # and nothing is dropped
                raise Refused(400, "InvalidationBatchAlreadyExists", "Another batch has it.")
        active = [path for made in known if not made.completed for path in made.paths]
        wildcards = sum(path.endswith("*") for path in [*active, *items])
        if wildcards > 15 or len(active) + len(items) - wildcards > 3000:
            raise Refused(
                400, "TooManyInvalidationsInProgress", "You have exceeded the limit in progress."
            )
        made = Made(f"I{sum(map(len, self.distributions.values())) + 1:013}", reference, (*items,))
        known.append(made)
        return made

    def get(self, distribution: str, invalidation: str) -> Made:
        known = self._known(distribution)
        if self.throttled_reads:
            self.throttled_reads -= 1
            raise Refused(400, "Throttling", "Rate exceeded")
        for made in known:
            if made.id == invalidation:
                if self.polls_to_complete == 0:
                    made.completed = True
                elif self.polls_to_complete > 0:
                    self.polls_to_complete -= 1
                return made
        raise Refused(404, "NoSuchInvalidation", "The invalidation does not exist.")

    def complete(self) -> None:
        """Complete every invalidation."""
        for made in self._all():
            made.completed = True

    def dropped(self, distribution: str) -> list[str]:
        """Return the paths that were invalidated, each as often as it was."""
        return [path for made in self.distributions[distribution] for path in made.paths]

    def _all(self) -> Iterator[Made]:
        for known in self.distributions.values():
            yield from known

    def _known(self, distribution: str) -> list[Made]:
        if distribution not in self.distributions:
            raise Refused(404, "NoSuchDistribution", "The distribution does not exist.")
        return self.distributions[distribution]


@contextmanager
def served(cloudfront: CloudFront) -> Iterator[str]:
    """Serve the double, and yield its endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(201, lambda place: cloudfront.create(place[0], body))

        def do_GET(self) -> None:
            if found := CONFIG.match(self.path):
                self._send(*_config(cloudfront, found[1]))
                return
            self._answer(200, lambda place: cloudfront.get(place[0], place[1]))

        def _answer(self, status: int, work: Callable[[Any], Made]) -> None:
            found = PLACE.match(self.path)
            with cloudfront.lock:
                cloudfront.requests.append(self.command)
                try:
                    if not found:
                        raise Refused(404, "NotFound", self.path)
                    text = _invalidation(work(found.groups()))
                except Refused as refused:
                    status, text = refused.status, _error(refused)
            self._send(status, text)

        def _send(self, status: int, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Log nothing: tests read the double."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _config(cloudfront: CloudFront, distribution: str) -> tuple[int, str]:
    if cloudfront.denies_settings:
        return 403, _error(Refused(403, "AccessDenied", "You may not read it."))
    has_tags = distribution in cloudfront.with_tags
    tags = "<CacheTagConfig><HeaderName>x-tag</HeaderName></CacheTagConfig>" if has_tags else ""
    return 200, f'<DistributionConfig xmlns="{NAMESPACE[1:-1]}">{tags}</DistributionConfig>'


def _invalidation(made: Made) -> str:
    paths = "".join(f"<Path>{escape(path)}</Path>" for path in made.paths)
    return (
        f'<Invalidation xmlns="{NAMESPACE[1:-1]}"><Id>{made.id}</Id>'
        f"<Status>{'Completed' if made.completed else 'InProgress'}</Status>"
        "<CreateTime>2026-01-31T12:00:00Z</CreateTime><InvalidationBatch><Paths>"
        f"<Quantity>{len(made.paths)}</Quantity><Items>{paths}</Items></Paths>"
        f"<CallerReference>{made.reference}</CallerReference></InvalidationBatch></Invalidation>"
    )


def _error(refused: Refused) -> str:
    return (
        f'<ErrorResponse xmlns="{NAMESPACE[1:-1]}"><Error><Type>Sender</Type>'
        f"<Code>{refused.code}</Code><Message>{refused.message}</Message></Error>"
        "<RequestId>1</RequestId></ErrorResponse>"
    )
