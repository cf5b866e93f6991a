"""Make the pictures of the documentation: ``python -m tests.pictures [NAME…]``."""

import sys

from tests.pictures.catalog import FOLDER, PICTURES

names = sys.argv[1:]
unknown = set(names) - {picture.name for picture in PICTURES}
if unknown:
    known = ", ".join(picture.name for picture in PICTURES)
    sys.exit(f"no such picture: {', '.join(sorted(unknown))}; there are: {known}")
for picture in PICTURES:
    if not names or picture.name in names:
        print(picture.name, flush=True)
        content = picture.make()
        data = content.encode() if isinstance(content, str) else content
        (FOLDER / picture.name).write_bytes(data)
