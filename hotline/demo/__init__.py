"""`hotline demo`: a starter site, a server and phones on this machine, and calls between them.

Everything is real and in processes of its own: SIP and RTP on the loopback, telephones that are not ours
(pyVoIP), sound that is measured. The demo says what happens as it happens and succeeds only if all of it did.
"""

from hotline.demo.story import run

__all__ = ["run"]
