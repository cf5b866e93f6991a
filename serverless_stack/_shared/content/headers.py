"""The headers that a file of the content is served with."""

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass

from serverless_stack._shared.cache_tags import METADATA_KEY, header_value
from serverless_stack._shared.content.rules import CacheRule, TagRule, cache_control_of, tags_of

# Python's own table differs by version and reads that of the machine.
_TEXT = {
    "application/atom+xml": "atom",
    "application/dash+xml": "mpd",
    "application/geo+json": "geojson",
    "application/gpx+xml": "gpx",
    "application/json": "json map topojson",
    "application/ld+json": "jsonld",
    "application/manifest+json": "webmanifest",
    "application/rss+xml": "rss",
    "application/vnd.apple.mpegurl": "m3u8",
    "application/vnd.google-earth.kml+xml": "kml",
    "application/xhtml+xml": "xhtml",
    "application/xml": "xml xsl xslt",
    "application/yaml": "yaml yml",
    "image/svg+xml": "svg",
    "model/gltf+json": "gltf",
    "text/calendar": "ics",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "htm html",
    "text/javascript": "cjs js mjs",
    "text/markdown": "md",
    "text/plain": "log srt text txt",
    "text/tab-separated-values": "tsv",
    "text/vcard": "vcf",
    "text/vtt": "vtt",
    "text/x-opml": "opml",
}
_BINARY = {
    "application/epub+zip": "epub",
    "application/gzip": "gz",
    "application/java-archive": "jar",
    "application/msword": "doc",
    "application/ogg": "ogx",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.google-earth.kmz": "kmz",
    "application/vnd.mapbox-vector-tile": "mbtiles",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-fontobject": "eot",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.rar": "rar",
    "application/wasm": "wasm",
    "application/x-7z-compressed": "7z",
    "application/x-apple-diskimage": "dmg",
    "application/x-bzip2": "bz2",
    "application/x-pem-file": "pem",
    "application/x-protobuf": "pbf",
    "application/x-shockwave-flash": "swf",
    "application/x-tar": "tar",
    "application/x-xz": "xz",
    "application/zip": "zip",
    "audio/aac": "aac",
    "audio/aiff": "aif aiff",
    "audio/flac": "flac",
    "audio/midi": "mid midi",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "oga ogg opus",
    "audio/wav": "wav",
    "audio/webm": "weba",
    "audio/x-ms-wma": "wma",
    "font/otf": "otf",
    "font/ttf": "ttf",
    "font/woff": "woff",
    "font/woff2": "woff2",
    "image/apng": "apng",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jfif jpeg jpg",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/tiff": "tif tiff",
    "image/vnd.adobe.photoshop": "psd",
    "image/vnd.microsoft.icon": "ico",
    "image/webp": "webp",
    "image/x-icon": "cur",
    "model/gltf-binary": "glb",
    "model/obj": "obj",
    "model/stl": "stl",
    "model/vnd.usdz+zip": "usdz",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/iso.segment": "m4s",
    "video/mp2t": "ts",
    "video/mp4": "mp4",
    "video/mpeg": "mpeg mpg",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/x-m4v": "m4v",
    "video/x-matroska": "mkv",
    "video/x-ms-wmv": "wmv",
    "video/x-msvideo": "avi",
}
_TYPES = {
    extension: kind
    for table, suffix in ((_TEXT, "; charset=utf-8"), (_BINARY, ""))
    for kind, extensions in ((f"{name}{suffix}", names) for name, names in table.items())
    for extension in extensions.split()
} | {"svgz": "image/svg+xml"}
_UNKNOWN = "application/octet-stream"
_ENCODINGS = {"br": "br", "gz": "gzip", "zst": "zstd"}


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers that S3 keeps beside the bytes of an object.

    Attributes:
        content_type: The media type.
        cache_control: How long the object may be cached, and by whom.
        content_encoding: How the object is compressed, such as ``br``.
        expires: The date of ``Expires``, as in HTTP.
        metadata: The user-defined metadata of this library, as sorted pairs of name and value.
    """

    content_type: str
    cache_control: str | None = None
    content_encoding: str | None = None
    expires: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    def digest(self) -> str:
        """Return a short hash in hexadecimal, another one for other headers."""
        fields = [self.content_type, self.cache_control, self.content_encoding, self.expires]
        fields += [f"{name}={value}" for name, value in self.metadata]
        return hashlib.sha256("\n".join(field or "" for field in fields).encode()).hexdigest()[:32]


def content_type_of(key: str) -> str:
    """Return the media type by a file's extension: the same on every machine."""
    _name, dot, extension = key.rpartition("/")[2].rpartition(".")
    return _TYPES.get(extension.lower(), _UNKNOWN) if dot else _UNKNOWN


def headers_of(
    key: str, all_keys: Container[str], rules: Sequence[CacheRule], tags: Sequence[TagRule] = ()
) -> Headers:
    """Return the headers of a file.

    Args:
        key: Its path in the content.
        all_keys: All paths in the content. Beside ``app.js``, the file ``app.js.br`` is the same
            script, compressed; alone it is a file of its own.
        rules: The ``Cache-Control`` by pattern; the first that matches counts. A rule that matches
            the original matches its compressed copy, too.
        tags: The cache tags by pattern. Each rule that matches the file or its original counts.
    """
    original = original_of(key, all_keys)
    encoding = "gzip" if key.lower().endswith(".svgz") else None
    if original is not None:
        encoding = _ENCODINGS[key.rpartition(".")[2]]
    cache_control = cache_control_of(key, rules, original or "")
    text = header_value(tags_of(key, tags, original or "")) if tags else ""
    metadata = ((METADATA_KEY, text),) if text else ()
    return Headers(content_type_of(original or key), cache_control, encoding, None, metadata)


def original_of(key: str, all_keys: Container[str]) -> str | None:
    """Return the file of which `key` is a compressed copy, if there is one.

    Of ``app.js.br`` it is ``app.js``.
    """
    original, _dot, extension = key.rpartition(".")
    return original if extension in _ENCODINGS and original in all_keys else None
