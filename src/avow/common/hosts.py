"""Names and addresses of machines."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: str) -> bool:
    """Whether a name or an address is this machine's own, so that nothing leaves it in the
    clear."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
