"""The headers that a file of the content is served with."""

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass

from serverless_stack._shared.content.rules import CacheRule, cache_control_of

# Python's own table differs by version and reads that of the machine.
_TEXT = {
    "cjs": "text/javascript",
    "css": "text/css",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "ics": "text/calendar",
    "js": "text/javascript",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "map": "application/json",
    "md": "text/markdown",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "text": "text/plain",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "webmanifest": "application/manifest+json",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
}
_BINARY = {
    "7z": "application/x-7z-compressed",
    "aac": "audio/aac",
    "apng": "image/apng",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "bz2": "application/x-bzip2",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "flac": "audio/flac",
    "gif": "image/gif",
    "glb": "model/gltf-binary",
    "gz": "application/gzip",
    "heic": "image/heic",
    "ico": "image/vnd.microsoft.icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "jxl": "image/jxl",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odt": "application/vnd.oasis.opendocument.text",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "tar": "application/x-tar",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "ttf": "font/ttf",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "weba": "audio/webm",
    "webm": "video/webm",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_TYPES = {name: f"{kind}; charset=utf-8" for name, kind in _TEXT.items()} | _BINARY
_UNKNOWN = "application/octet-stream"
_ENCODINGS = {"br": "br", "gz": "gzip", "zst": "zstd"}


@dataclass(frozen=True, slots=True)
class Headers:
    """What S3 keeps beside the bytes of an object, and CloudFront serves.

    Attributes:
        content_type: The media type.
        cache_control: How long it may be cached, and by whom; None says nothing.
        content_encoding: How it is compressed, such as ``br``; None is not.
    """

    content_type: str
    cache_control: str | None = None
    content_encoding: str | None = None

    def digest(self) -> str:
        """A short hash in hexadecimal, another one for other headers."""
        fields = (self.content_type, self.cache_control, self.content_encoding)
        return hashlib.sha256("\n".join(field or "" for field in fields).encode()).hexdigest()[:16]


def content_type_of(key: str) -> str:
    """The media type by a file's extension: the same on every machine."""
    _name, dot, extension = key.rpartition("/")[2].rpartition(".")
    return _TYPES.get(extension.lower(), _UNKNOWN) if dot else _UNKNOWN


def headers_of(key: str, all_keys: Container[str], rules: Sequence[CacheRule]) -> Headers:
    """The headers of a file.

    Args:
        key: Its path in the content.
        all_keys: All paths in the content. Beside ``app.js``, the file ``app.js.br`` is the same
            script, compressed; alone it is a file of its own.
        rules: The ``Cache-Control`` by pattern; the first that matches counts. Of a compressed
            file, one that matches the original matches, too.

    Returns:
        Its headers.
    """
    original = original_of(key, all_keys)
    if original is None:
        return Headers(content_type_of(key), cache_control_of(key, rules))
    encoding = _ENCODINGS[key.rpartition(".")[2]]
    return Headers(content_type_of(original), cache_control_of(key, rules, original), encoding)


def original_of(key: str, all_keys: Container[str]) -> str | None:
    """The file that a file is a compressed copy of: of ``app.js.br`` it is ``app.js``, if there."""
    original, _dot, extension = key.rpartition(".")
    return original if extension in _ENCODINGS and original in all_keys else None
