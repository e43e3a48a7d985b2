"""A real IMAP server: Dovecot, private to the tests, on this machine only."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "pa:ss@wo/rd"
ABSENT = "Dovecot is not installed: `apt-get install --no-install-recommends dovecot-imapd`"

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
first_valid_uid = 1
mail_max_userip_connections = 0
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:~/Maildir
imap_capability = {capability}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server."""

    port: int
    folder: Path

    def client(self, user: str) -> imaplib.IMAP4:
        """The library itself, logged in: what another program of the mailbox's owner does."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(user, PASSWORD)
        return client

    def url(self, user: str) -> str:
        """The address as a data map writes it."""
        return f"imap://{user}:${{MAIL_PASSWORD}}@127.0.0.1:{self.port}/"


@contextmanager
def dovecot(capability: str = "") -> Iterator[Dovecot]:
    """A server with any number of empty mailboxes, ended at the end. `capability` replaces what it
    says that it can do."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None:
        pytest.skip(ABSENT)
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    folder.chmod(0o755)
    server = Dovecot(_free_port(), folder)
    config = folder / "dovecot.conf"
    config.write_text(_configured(server, capability))
    process = subprocess.Popen([program, "-F", "-c", str(config)])
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _configured(server: Dovecot, capability: str) -> str:
    mail = server.folder / "mail"
    mail.mkdir()
    names = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("mail")
        os.chown(mail, owner.pw_uid, owner.pw_gid)
        names = {"internal": "dovecot", "group": "dovecot", "login": "dovenull"}
    else:
        owner = pwd.getpwuid(os.geteuid())
        me = {"internal": owner.pw_name, "login": owner.pw_name}
        names = me | {"group": _group(owner.pw_gid)}
    return _CONFIG.format(
        folder=server.folder, port=server.port, password=PASSWORD, uid=owner.pw_uid,
        gid=owner.pw_gid, capability=capability, **names,
    )  # fmt: skip


def _group(number: int) -> str:
    import grp  # noqa: PLC0415 (only where the tests are not run by root)

    return grp.getgrgid(number).gr_name


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            pytest.fail(f"Dovecot ended at once: {_log(server)}")
        try:
            server.client("nobody").logout()
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"Dovecot does not answer: {_log(server)}")


def _log(server: Dovecot) -> str:
    log = server.folder / "log"
    return log.read_text() if log.exists() else "no log"
