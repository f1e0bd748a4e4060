"""Mail in, rows of `messages` out: mailboxes, single messages, folders of them, Outlook files.

Reading order: `addresses` (who wrote, strictly), `markup` (HTML to text), `charsets` (bytes to
text), `automatic` (what no person wrote), `letters` (one message within limits), `mailbox`
(where one message ends), `outlook` (.msg), `reading` (a file from end to end), `replies`
(what is new in a message and what it quotes).
"""

from pipeline.exports.mail.addresses import all_addresses, strict_address
from pipeline.exports.mail.automatic import looks_automatic
from pipeline.exports.mail.reading import MAIL_COLUMNS, read_mail
from pipeline.exports.mail.replies import Parts, separate

__all__ = [
    "MAIL_COLUMNS",
    "Parts",
    "all_addresses",
    "looks_automatic",
    "read_mail",
    "separate",
    "strict_address",
]
