"""What no person wrote: absences, acknowledgements, receipts, bounces and mass mail.

Such a message never counts as an answer. Its words are still read: they may tighten, as any
words may ("has left the company"), and never release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: reply: an absence or acknowledgement; bounce: not delivered; bulk: a list or mass mailing.
KINDS = ("reply", "bounce", "bulk")
_ANSWERERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder")
#: The headers (in lower case) that tell.
TELLING = ("content-type", "auto-submitted", "precedence", "list-id", *_ANSWERERS)

_BOUNCER = re.compile(
    r"(?:mailer-?daemon|postmaster|mail delivery (?:sub)?system)\b", re.IGNORECASE
)
_NO_REPLY = re.compile(r"\b(?:auto-?(?:reply|responder|antwort)|out-?of-?office)@", re.IGNORECASE)
_BOUNCED = re.compile(
    r"^\W*(?:undeliver(?:able|ed)|delivery (?:status notification \(fail|has failed|failure|"
    r"incomplete)|"
    r"mail delivery (?:failed|failure|subsystem)|returned mail|failure notice|"
    r"message (?:not delivered|blocked)|"
    r"unzustellbar|nicht zustellbar|échec de (?:la )?remise|non remis|no se puede entregar|"
    r"mancata consegna|onbestelbaar|не доставлено)",
    re.IGNORECASE,
)
_REPLIED = re.compile(
    r"^\W*(?:(?:re|aw|sv|tr|antw)\s*:\s*)*(?:auto(?:matic|mated|matische)?[ -]?(?:reply|"
    r"response|antwort|"
    r"acknowledge?ment)|out of (?:the )?office|abwesenheit|automatische (?:antwort|afwezigheid)|"
    r"abwesend|réponse automatique|absence du bureau|respuesta automática|fuera de (?:la )?oficina|"
    r"risposta automatica|fuori sede|afwezig|resposta automática|autosvar|automatisk svar|"
    r"frånvaro|odpowiedź automatyczna|automatická odpověď|автоответ|自动回复|自動返信)",
    re.IGNORECASE,
)
_SAYS_SO = re.compile(
    r"this is an auto(?:matic|mated) (?:reply|response|message|acknowledge)|"
    r"i am (?:currently )?(?:out of (?:the )?office|on (?:annual|parental|sick)?\s?leave)|"
    r"ich bin (?:derzeit |bis |vom )?[^.\n]{0,40}(?:nicht im (?:büro|haus)|abwesend)|"
    r"je suis (?:actuellement )?(?:absente?|en congé)|estoy fuera de la oficina|sono fuori ufficio",
    re.IGNORECASE,
)


def automatic(headers: Mapping[str, str], sender: str, subject: str) -> str | None:
    """What the headers (names in lower case) say of a message; None for a person's own.

    After RFC 3834 (Auto-Submitted), RFC 3464 (delivery reports), RFC 8098 (receipts).
    """
    content = headers.get("content-type", "").lower()
    if "multipart/report" in content:
        return "bounce" if "delivery-status" in content else "reply"
    if _BOUNCER.search(sender) or _BOUNCED.match(subject):
        return "bounce"
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    precedence = headers.get("precedence", "").strip().lower()
    if submitted not in ("no", "") or _answers_by_itself(headers, precedence):
        return "reply"
    if precedence in ("bulk", "junk", "list") or "list-id" in headers:
        return "bulk"
    return looks_automatic(sender, subject, "")


def _answers_by_itself(headers: Mapping[str, str], precedence: str) -> bool:
    return precedence == "auto_reply" or any(
        headers.get(name, "no").strip().lower() not in ("no", "false", "") for name in _ANSWERERS
    )


def looks_automatic(sender: str, subject: str, body: str) -> str | None:
    """What can be told without headers, e.g. of a message out of a CSV."""
    if _BOUNCER.search(sender) or _BOUNCED.match(subject):
        return "bounce"
    if _REPLIED.match(subject) or _NO_REPLY.search(sender) or _SAYS_SO.search(body[:600]):
        return "reply"
    return None
