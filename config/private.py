"""Makes what a site keeps private: folders 0700, files 0600, also those that an older version or a copy left.

New files are private from their first byte on (the umask of `hotline`); this is for existing ones.
"""

from __future__ import annotations

import logging
import stat

from config.site import Site

log = logging.getLogger(__name__)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private(site: Site) -> None:
    """Take the access of others from what callers say and what the server keeps of it.

    Where a folder is closed nobody reads the files inside it, so only folders are changed, and the files of a
    database in the site itself. What people write (agents.yaml), and what lies outside the site, keeps its
    mode: the log names what everybody can read.
    """
    ours = [site.recordings_folder, site.control_socket.parent]
    if site.journal_folder is not None:
        ours.append(site.journal_folder)
    database = site.settings.database
    if database is not None and "://" not in database:
        ours += [site.root / f"{database}{suffix}" for suffix in ("", "-wal", "-shm")]
    theirs = [site.root / "agents.yaml"]
    if site.customers_file is not None:
        theirs.append(site.customers_file)
    for path in (*ours, *theirs):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & _OTHERS and path in ours and path.is_relative_to(site.root):
                path.chmod(mode & ~_OTHERS)
            elif mode & stat.S_IRWXO:
                log.warning("everybody on this machine can read %s: chmod o-rwx", path)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("%s can be read by others, and its mode can't be changed: %s", path, error.strerror)
