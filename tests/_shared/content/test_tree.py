import os
from pathlib import Path

import pytest

from serverless_stack._shared.content.tree import content_of, reason_to_leave_out, walk


def site(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    return folder


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("index.html", None),
        (".well-known/security.txt", None),
        (".well-known/.hidden", "a hidden file"),
        (".env", "a hidden file"),
        ("a/.git/config", "a hidden file"),
        ("keys/server.pem", "a private key"),
        ("ID_RSA", "a private key"),
        ("lib/__pycache__/x.pyc", "byte code"),
        ("x.pyc", "byte code"),
        (".env.production", "a hidden file"),
        (".DS_Store", "a hidden file"),
        (".WELL-KNOWN/x", "a hidden file"),
        ("a/.index.html.swp", "a hidden file"),
        ("prod.env", "a file of passwords"),
        ("aws/credentials", "a file of passwords"),
        ("Credentials.JSON", "a file of passwords"),
        ("client_secret_1.apps.json", "a file of passwords"),
        ("my_accessKeys.csv", "a file of passwords"),
        ("htpasswd", "a file of passwords"),
        ("id_ed25519_work", "a private key"),
        ("id_rsa.old", "a private key"),
        ("Cert.P12", "a private key"),
        ("ssh_host_ed25519_key", "a private key"),
        ("secring.gpg", "a private key"),
        ("server.pem.old", "a private key"),
        ("passwords.kdb", "a private key"),
        ("release.jceks", "a private key"),
        ("login.keychain-db", "a private key"),
        ("npmrc", "a file of passwords"),
        ("htpasswd.txt", "a file of passwords"),
        ("env.production", "a file of passwords"),
        ("aws_credentials", "a file of passwords"),
        ("credentials.ini", "a file of passwords"),
        ("application_default_credentials.json", "a file of passwords"),
        ("serviceAccountKey.json", "a file of passwords"),
        ("shop-firebase-adminsdk-x1.json", "a file of passwords"),
        ("kubeconfig.yaml", "a file of passwords"),
        ("passwords.csv", "a file of passwords"),
        ("dump.rdb", "a database"),
        ("shop-backup.sql.gz", "a database"),
        ("AuthKey_1.p8", "a private key"),
        ("data/shop.sqlite3-wal", "a database"),
        ("shop.db", "a database"),
        ("terraform.tfstate.backup", "a file of Terraform"),
        ("prod.auto.tfvars", "a file of Terraform"),
        ("node_modules/lit/index.js", "an installed package"),
        ("index.html~", "a file of an editor or the system"),
        ("#index.html#", "a file of an editor or the system"),
        ("img/Thumbs.db", "a file of an editor or the system"),
        ("id_rsa.pub", None),
        ("id_card.png", None),
        ("app.js.map", None),
        ("environment.html", None),
        ("secrets/index.html", None),
        ("keyboard.html", None),
        ("credentials.html", None),
        ("env.html", None),
        ("env.js", None),
        ("ssh_host_ed25519_key.pub", None),
        ("service-account.html", None),
        ("lessons/create.sql", None),
        ("keychain.html", None),
        ("flash.swf", None),
        ("sub/.well-known/x", None),
    ],
)
def test_what_must_not_be_published(key: str, reason: str | None) -> None:
    assert reason_to_leave_out(key) == reason
    assert reason_to_leave_out(key, include=["*"]) is None


def test_links(tmp_path: Path) -> None:
    folder = site(tmp_path / "site", "a.txt", "real/b.txt")
    site(tmp_path / "elsewhere", "secret.txt")
    (folder / "file").symlink_to("a.txt")
    (folder / "inside").symlink_to("real")
    (folder / "outside").symlink_to(tmp_path / "elsewhere")
    (folder / "outside.txt").symlink_to(tmp_path / "elsewhere" / "secret.txt")
    (folder / "broken").symlink_to("nowhere")
    (folder / "loop").symlink_to(".")
    (folder / "real" / "here").symlink_to("../real")
    (folder / "real" / "up").symlink_to("..")
    tree = content_of(folder)
    assert list(tree.files) == ["a.txt", "file", "inside/b.txt", "real/b.txt"]
    assert tree.left_out == {
        "broken": "a broken link",
        "inside/here": "a link to a folder that it lies in",
        "inside/up": "a link to a folder that it lies in",
        "loop": "a link to a folder that it lies in",
        "outside": "a link that leads out of the folder",
        "outside.txt": "a link that leads out of the folder",
        "real/here": "a link to a folder that it lies in",
        "real/up": "a link to a folder that it lies in",
    }
    wider = content_of(folder, include=["outside.txt"])
    assert wider.files["outside.txt"].read_text() == "x"


def test_links_to_what_must_not_be_published(tmp_path: Path) -> None:
    """By another name it is as secret."""
    site(tmp_path, "index.html", ".env", ".git/config", "id_rsa", "lib/.cache/x", ".well-known/x")
    links = {
        "env.txt": ".env",
        "git": ".git",
        "config.txt": ".git/config",
        "key.txt": "id_rsa",
        "chain.txt": "env.txt",
        "cache": "lib/.cache",
        "lib/up.txt": "../.env",
        "known": ".well-known",
        "home.html": "index.html",
    }
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    tree = content_of(tmp_path)
    assert set(tree.files) == {".well-known/x", "home.html", "index.html", "known/x"}
    assert tree.left_out["key.txt"] == "a link to a private key"
    assert tree.left_out["git"] == tree.left_out["chain.txt"] == "a link to a hidden file"
    assert {"key.txt", "git/config"} < set(content_of(tmp_path, include=["key.txt", "git*"]).files)
    assert {key for key, _path, reason in walk(tmp_path) if reason} == set()  # as for a copy


def test_folders_with_links_to_each_other_are_bounded(tmp_path: Path) -> None:
    """Followed without end, ten folders would be ten million."""
    names = [f"d{number}" for number in range(10)]
    for name in names:
        site(tmp_path / name, "x.txt")
        for other in names:
            if other != name:
                (tmp_path / name / other).symlink_to(tmp_path / other)
    tree = content_of(tmp_path)
    assert len(tree.files) == 10 + 10 * 9
    assert set(tree.left_out.values()) == {"a link in a linked folder"}


def test_special_files_are_never_content(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert content_of(tmp_path, include=["*"]).left_out == {"pipe": "not a regular file"}


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site(tmp_path, "a.txt", "closed/b.txt")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError):
        content_of(tmp_path)
    failed: list[str] = []
    found = [
        key for key, _path, _reason in walk(tmp_path, failed=lambda key, error: failed.append(key))
    ]
    assert (found, failed) == (["a.txt"], ["closed/"])
    assert list(walk(tmp_path, enter=lambda key: key != "closed/")) != []
