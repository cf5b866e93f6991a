"""Site: which object of a bucket answers a path of a web site, and where old paths went."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs.cdn.functions.snippet import Snippet, Stage, packaged
from serverless_stack.constructs.cdn.redirects import (
    REASONS,
    Redirect,
    encoded,
    hosts_problems,
    may_match,
    redirect_parameters,
    redirects_problems,
    stored_entries,
)

TrailingSlash: TypeAlias = Literal["add", "remove"]
_EXTENSION = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Site:
    """Which object answers a path that is not the name of one, and where old paths went.

    Create it with ``Site.spa()``, ``Site.pages()`` or ``Site.files()``. A CloudFront Function
    decides before the request leaves CloudFront, so that the errors of an API stay what they are.

    A path names a file if its last segment has a dot. With ``file_extensions``, what follows the
    dot has to be one of them, so that ``/users/jane.doe`` is a page. Paths below ``/.well-known/``
    are only redirected by an entry of their own.

    Attributes:
        kind: ``spa``, ``pages`` or ``files``.
        index: The object of a single-page application, or the index document of folders.
        html: Whether ``/about`` is the object ``/about.html``.
        trailing_slash: Whether paths that name no file are redirected to end with a slash, or
            without one. Default: both are answered.
        redirects: The new path or URL by old path; ``*`` at the end stands for the rest. The query
            string is kept. The behaviors of APIs have them, too. A table of more than 3,000 bytes
            goes into a key value store.
        redirect_status: The status of redirects that have none of their own.
        redirect_hosts: The new host by old host, such as ``www.example.com``; the path and the
            query string are kept, for APIs as well.
        file_extensions: The extensions of files. Default: all.
    """

    WEB_EXTENSIONS: ClassVar[tuple[str, ...]] = (
        *("avif", "bmp", "css", "csv", "eot", "gif", "gz", "htm", "html", "ico", "jpeg", "jpg"),
        *("js", "json", "map", "mjs", "mp3", "mp4", "ogg", "otf", "pdf", "png", "svg", "ttf"),
        *("txt", "wasm", "wav", "webm", "webmanifest", "webp", "woff", "woff2", "xml", "zip"),
    )
    """The extensions of the files of most sites, for ``file_extensions``."""

    kind: Literal["spa", "pages", "files"]
    index: str = "index.html"
    html: bool = False
    trailing_slash: TrailingSlash | None = None
    redirects: Mapping[str, str | Redirect] = field(default_factory=dict)
    redirect_status: int = 301
    redirect_hosts: Mapping[str, str] = field(default_factory=dict)
    file_extensions: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        problems = Problems(f"Site.{self.kind}")
        problems.add(rules.object_path_problems(self.index, "index"))
        problems.add(hosts_problems(self.redirect_hosts))
        problems.add(redirects_problems(self.redirects, self.redirect_status, self.redirect_hosts))
        for extension in self.file_extensions or ():
            if not _EXTENSION.fullmatch(extension):
                problems.fail(
                    "`file_extensions` must have lowercase letters and digits without a dot, "
                    f"got: {extension!r}"
                )
        if self.file_extensions is not None and not self.file_extensions:
            problems.fail("`file_extensions` must be None for all extensions, got: []")
        if self.kind == "pages" and "/" in self.index and not is_unresolved(self.index):
            problems.fail(
                f"`index` must be the name of an object in each folder, got: {self.index!r}"
            )
        if self.html and self.trailing_slash == "add":
            problems.fail(
                "`html` must go without `trailing_slash='add'`, which leads to the index document "
                "of a folder, got: both"
            )
        problems.raise_if_any()

    @classmethod
    def spa(
        cls,
        *,
        index: str = "index.html",
        trailing_slash: TrailingSlash | None = None,
        redirects: Mapping[str, str | Redirect] | None = None,
        redirect_status: int = 301,
        redirect_hosts: Mapping[str, str] | None = None,
        file_extensions: Sequence[str] | None = None,
    ) -> Site:
        """Return a single-page application: each path that names no file is answered by one object.

        A missing file, such as ``/app.js``, is still answered with 404.

        Args:
            index: The object, such as ``index.html``.
            trailing_slash: ``add`` or ``remove``. Default: both are answered.
            redirects: The new path or URL by old path.
            redirect_status: 301, 302, 307 or 308.
            redirect_hosts: The new host by old host.
            file_extensions: The extensions of files, such as ``Site.WEB_EXTENSIONS``. Default:
                all; each path with a dot in its last segment names a file.

        Raises:
            ValueError: If a redirect is not safe, leads in a circle, or a value is not accepted.
        """
        return cls(
            kind="spa",
            index=index,
            trailing_slash=trailing_slash,
            redirects=redirects or {},
            redirect_status=redirect_status,
            redirect_hosts=redirect_hosts or {},
            file_extensions=file_extensions,
        )

    @classmethod
    def pages(
        cls,
        *,
        index: str = "index.html",
        html: bool = False,
        trailing_slash: TrailingSlash | None = None,
        redirects: Mapping[str, str | Redirect] | None = None,
        redirect_status: int = 301,
        redirect_hosts: Mapping[str, str] | None = None,
        file_extensions: Sequence[str] | None = None,
    ) -> Site:
        """Return a site of pages: ``/docs/`` and ``/docs`` are answered by ``/docs/index.html``.

        Args:
            index: The index document of each folder.
            html: Whether ``/about`` is answered by ``/about.html`` instead of
                ``/about/index.html``; ``/about/`` is the folder.
            trailing_slash: ``add`` or ``remove``. Default: both are answered. Relative links of a
                page lead elsewhere with the slash than without it.
            redirects: The new path or URL by old path.
            redirect_status: 301, 302, 307 or 308.
            redirect_hosts: The new host by old host.
            file_extensions: The extensions of files, such as ``Site.WEB_EXTENSIONS``. Default:
                all; each path with a dot in its last segment names a file.

        Raises:
            ValueError: If a redirect is not safe, leads in a circle, or a value is not accepted.
        """
        return cls(
            kind="pages",
            index=index,
            html=html,
            trailing_slash=trailing_slash,
            redirects=redirects or {},
            redirect_status=redirect_status,
            redirect_hosts=redirect_hosts or {},
            file_extensions=file_extensions,
        )

    @classmethod
    def files(
        cls,
        *,
        trailing_slash: TrailingSlash | None = None,
        redirects: Mapping[str, str | Redirect] | None = None,
        redirect_status: int = 301,
        redirect_hosts: Mapping[str, str] | None = None,
        file_extensions: Sequence[str] | None = None,
    ) -> Site:
        """Return a site whose paths are the names of objects, with redirects.

        Args:
            trailing_slash: ``add`` or ``remove``. Default: both are answered.
            redirects: The new path or URL by old path.
            redirect_status: 301, 302, 307 or 308.
            redirect_hosts: The new host by old host.
            file_extensions: The extensions of files, for ``trailing_slash``. Default: all.

        Raises:
            ValueError: If a redirect is not safe, leads in a circle, or a value is not accepted.
        """
        return cls(
            kind="files",
            trailing_slash=trailing_slash,
            redirects=redirects or {},
            redirect_status=redirect_status,
            redirect_hosts=redirect_hosts or {},
            file_extensions=file_extensions,
        )

    def snippets(
        self,
        *,
        serves_site: bool,
        pattern: str = "*",
        has_viewer_lambda: bool = False,
        guards: Sequence[tuple[str, bool]] = (),
        store: cloudfront.IKeyValueStore | None = None,
    ) -> list[Snippet]:
        """Return the JavaScript for a behavior.

        Args:
            serves_site: Whether the behavior serves the files of the site. The other ones, such
                as those of APIs, have redirects of hosts and paths only.
            pattern: The path pattern of the behavior; redirects that it never gets are left out.
            has_viewer_lambda: Whether the behavior has a Lambda@Edge function for viewers, beside
                which there is no JavaScript. Unless it serves the site, hosts are not redirected.
            guards: The patterns that may match a rewritten path, and whether their behaviors decide
                who may see it.
            store: The key value store with ``stored``, once there is one.
        """
        slash = self.trailing_slash if serves_site else None
        hosts = {} if has_viewer_lambda and not serves_site else self.redirect_hosts
        redirects = {
            source: entry
            for source, entry in self.redirects.items()
            if serves_site or may_match(source, pattern)
        }
        snippets = []
        if redirects or hosts or slash:
            stored = self.stored
            inline = {
                source: entry
                for source, entry in redirects.items()
                if encoded(source) not in stored
            }
            parameters: dict[str, object] = {
                **redirect_parameters(inline, self.redirect_status),
                "hosts": {
                    old if is_unresolved(old) else old.lower(): new for old, new in hosts.items()
                },
                "status": self.redirect_status,
                "reasons": REASONS,
                "slash": slash,
                "extensions": self._extensions,
            }
            is_stored = len(inline) < len(redirects)
            snippets.append(
                packaged(
                    "redirects_store" if is_stored else "redirects",
                    Stage.REDIRECTS,
                    parameters,
                    library=("is_file", "redirect"),
                    key_value_store=store if is_stored else None,
                )
            )
        if serves_site and self.kind == "spa":
            parameters = {"index": f"/{self.index}", "extensions": self._extensions}
            snippets.append(packaged("spa", Stage.REWRITE, parameters, library=("is_file",)))
        if serves_site and self.kind == "pages":
            parameters = {"index": self.index, "html": self.html, "extensions": self._extensions}
            snippets.append(_pages(parameters, guards))
        return snippets

    @property
    def stored(self) -> dict[str, str]:
        """What of the redirects is in a key value store, because the table is long."""
        return stored_entries(self.redirects, self.redirect_status)

    @property
    def _extensions(self) -> list[str] | None:
        return None if self.file_extensions is None else list(self.file_extensions)


def _pages(parameters: dict[str, object], guards: Sequence[tuple[str, bool]]) -> Snippet:
    """Return the JavaScript that rewrites paths to pages, but not past who guards them."""
    if not guards:
        return packaged("pages", Stage.REWRITE, parameters, library=("is_file",))
    redirects: dict[str, object] = {
        "hosts": {},
        "prefixes": [],
        "slash": None,
        "reasons": {302: REASONS[302]},
    }
    return packaged(
        "guarded_pages",
        Stage.REWRITE,
        {**parameters, **redirects, "guards": [list(guard) for guard in guards]},
        library=("is_file", "redirect", "is_guarded"),
    )
