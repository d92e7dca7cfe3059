"""What makes two clones the same repository: the canonical form of a remote URL."""

import re

_SCP = re.compile(r"^(?:[^@/]+@)?([^:/]+):(?!//)(.+)$")
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)$", re.IGNORECASE)


def canonical_url(url: str) -> str | None:
    """``host/path`` of a remote URL in any of git's spellings, without credentials, port or ``.git``.

    None for a local path, which names a folder of one machine and no repository.
    """
    url = url.strip()
    if url.startswith("file:"):
        return None
    found = _URL.match(url) or _SCP.match(url)
    if found is None or len(found[1]) == 1:  # a one-letter host is a Windows drive
        return None
    path = re.sub(r"/+", "/", found[2]).strip("/").removesuffix(".git").rstrip("/")
    return f"{found[1].lower()}/{path}" if path else None
