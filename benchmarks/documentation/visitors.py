"""Visitors over HTTP: one that looks at everything, and many that read while it is deployed."""

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from serverless_stack._shared.contract import BUILD_COOKIE

_CSS_URL = re.compile(r"""url\(["']?([^"')]+)["']?\)""")
_ATTRIBUTES = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src"}


@dataclass(frozen=True)
class Answer:
    """An answer of the distribution."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def build(self) -> str:
        """The build of a page."""
        return self.headers.get("x-amz-meta-build", "")

    @property
    def is_page(self) -> bool:
        """Whether it is a page."""
        return self.headers.get("content-type", "").startswith("text/html")


class Client:
    """A client with a connection, and with cookies if it keeps them."""

    def __init__(self, base: str, *, keeps_cookies: bool) -> None:
        self.base = base
        self._netloc = urlsplit(base).netloc
        self._keeps_cookies = keeps_cookies
        self._cookie = ""
        self._connection = http.client.HTTPConnection(self._netloc, timeout=60)

    def get(self, url: str) -> Answer:
        """Get a URL of the site, and follow its redirects."""
        for _redirect in range(5):
            parts = urlsplit(url)
            headers = {"Cookie": self._cookie} if self._cookie else {}
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            try:
                self._connection.request("GET", path, headers=headers)
                response = self._connection.getresponse()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._connection.request("GET", path, headers=headers)
                response = self._connection.getresponse()
            body = response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
            if self._keeps_cookies and BUILD_COOKIE in found.get("set-cookie", ""):
                self._cookie = found["set-cookie"].partition(";")[0]
            if response.status not in (301, 302, 307, 308):
                return Answer(response.status, found, body.decode("utf-8", "replace"))
            url = urljoin(url, found["location"])
        return Answer(0, {}, "too many redirects")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _References(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        value = values.get(_ATTRIBUTES.get(tag, ""))
        if value and not (tag == "link" and values.get("rel") in ("canonical", "next", "prev")):
            self.found.append((tag, value))


def references(answer: Answer, url: str, *, links: bool) -> Iterator[str]:
    """Yield the URLs of the same site that an answer names.

    Args:
        answer: The answer.
        url: Its URL.
        links: Whether links count, or what the page needs.
    """
    kind = answer.headers.get("content-type", "")
    found: list[tuple[str, str]] = []
    if kind.startswith("text/html"):
        parser = _References()
        parser.feed(answer.text)
        found = parser.found
    elif kind.startswith("text/css"):
        found = [("css", each) for each in _CSS_URL.findall(answer.text)]
    for tag, value in found:
        if (tag == "a") is not links or value.startswith(("data:", "mailto:")):
            continue
        absolute = urldefrag(urljoin(url, value))[0]
        if urlsplit(absolute).netloc == urlsplit(url).netloc:
            yield absolute


def crawl_everything(base: str) -> tuple[dict[str, Answer], list[str]]:
    """Get every page and what it names, beginning with `/`.

    Returns:
        The answers by URL, and what is broken.
    """
    client = Client(base, keeps_cookies=False)
    answers: dict[str, Answer] = {}
    broken: list[str] = []
    waiting = [(base, "the visitor")]
    while waiting:
        url, source = waiting.pop()
        if url in answers:
            continue
        answers[url] = answer = client.get(url)
        if answer.status != 200:
            broken.append(f"{source} names {unquote(url)}: {answer.status}")
        for links in (False, True):
            waiting += ((each, url) for each in references(answer, url, links=links))
    client.close()
    return answers, broken


@dataclass
class Score:
    """What visitors saw.

    Attributes:
        visits: How many began, with and without cookies.
        requests: The number of requests.
        broken: What was named and was not there.
        mixed: Visits with cookies that saw pages of two builds.
        builds: The pages by build.
    """

    visits: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    broken: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    builds: Counter[str] = field(default_factory=Counter)


class Load:
    """Visitors that read page after page until they are stopped.

    Args:
        base: The URL of the site.
        threads: The number of visitors at a time; every second one keeps cookies.
        pages: How many pages a visit has.
    """

    def __init__(self, base: str, threads: int = 4, pages: int = 12) -> None:
        self.score = Score()
        self._base, self._pages = base, pages
        self._stopped, self._lock = threading.Event(), threading.Lock()
        self._threads = [
            threading.Thread(target=self._visit, args=(number,)) for number in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the current pages."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _visit(self, number: int) -> None:
        chance = random.Random(number)
        keeps = number % 2 == 0
        while not self._stopped.is_set():
            client = Client(self._base, keeps_cookies=keeps)
            builds: set[str] = set()
            url = self._base
            self._count("with cookies" if keeps else "without cookies")
            for _page in range(self._pages):
                page = self._get(client, url, "a visitor")
                with self._lock:
                    self.score.builds[page.build] += 1
                builds.add(page.build)
                for needed in list(references(page, url, links=False)):
                    self._get(client, needed, url)
                links = [
                    each
                    for each in references(page, url, links=True)
                    if each.endswith("/") or each.endswith(".html")
                ]
                time.sleep(0.1)
                if self._stopped.is_set() or not links:
                    break
                url = chance.choice(links)
            if keeps and len(builds) > 1:
                with self._lock:
                    self.score.mixed.append(f"{sorted(builds)}")
            client.close()

    def _count(self, kind: str) -> None:
        with self._lock:
            self.score.visits[kind] += 1

    def _get(self, client: Client, url: str, source: str) -> Answer:
        answer = client.get(url)
        with self._lock:
            self.score.requests += 1
            if answer.status != 200:
                self.score.broken.append(f"{source} names {url}: {answer.status}")
        return answer
