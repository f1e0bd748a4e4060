"""What is new in a message: its own words apart from signature, disclaimer and quoted history.

Written for the ways in which mail programs quote, in the languages that they speak; what it
reaches on the fixtures of two well-known parsers is measured by tests/exports/test_replies.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Lines longer than this open no quotation and no signature.
_LONG_LINE = 400
#: Lines over which a mail program may wrap "On … wrote:".
_WRAPPED = 4
#: A signature is no longer than this; more lines below a "--" are the message going on.
_SIGNATURE_LINES = 12

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_QUOTED = re.compile(r"\s{0,3}>")
_RULE = re.compile(r"\s*[-_=*~\u2500\u2014]{5,}\s*")

_WROTE = (
    r"wrote|writes|schrieb|hat geschrieben|a écrit|écrit|escribió|escribi[oó]|escreveu|ha scritto|"
    r"schreef|heeft geschreven|skrev|skrifaði|napisał\(?a?\)?|napsala?|kirjoitti|написал\(?а?\)?|"
    r"пишет|писал|yazdı|írta|a scris|έγραψε|写道|wrote on"
)
#: "On 3 April bob wrote:": a line that says who wrote what follows, when.
_INTRODUCTION = re.compile(
    rf"\s*(?=[^\n]*[\d@]|on\s+\w+ )\S[^\n]*?(?:\b(?:{_WROTE})\b[^\n:]{{0,80}}:|"
    rf"(?:{_WROTE})\s*:)\s*$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"\s*(?:\w{2,4}\.?,? \d|on|am|le|el|il|op|em|na|den|på|dne|dnia|w dniu|pe|tarihinde|"
    r"a las|\W?\d{1,4}|"
    r"mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|lun|mar|mer|jeu|ven|sam|dim|"
    r"mo|di|mi|do|fr|sa|so)\b",
    re.IGNORECASE,
)
#: `26.06.2014, 14:41, "A. L." <a@b.example>:` of programs that leave the verb out.
_DATED_ADDRESS = re.compile(
    r"\s*(?:\w{2,4},? )?\d{1,4}[ ./-][^\n]{4,160}<[^<>\s@]+@[^<>\s]+>\s*:\s*$"
)
#: A line with neither a colon nor one of these opens nothing, which is quick to see.
_MAY_OPEN = re.compile(r"[\d@\uff1a]|--|__|==|\*\*|^\s*On ")
_ORIGINAL = re.compile(
    r"\s*[-_*=>]{2,}\s*(?:original[ -]?(?:message|appointment)|urspr(?:ü|"
    r"ue)ngliche (?:nachricht|mail)|"
    r"message d.origine|mensaje original|messaggio originale|oorspronkelijk bericht|"
    r"mensagem original|oprindelig meddelelse|ursprungligt meddelande|opprinnelig melding|"
    r"wiadomość oryginalna|původní zpráva|исходное сообщение|原始邮件)\s*[-_*=]{0,}\s*$",
    re.IGNORECASE,
)
#: What is passed on for us to read is no history: it stays with the words.
_FORWARDED = re.compile(
    r"\s*(?:[-_*=]{2,}\s*(?:forwarded message|weitergeleitete nachricht|message (?:transféré|"
    r"réexpédié)"
    r"|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht|пересылаемое сообщение)"
    r"|begin forwarded message|anfang der weitergeleiteten)",
    re.IGNORECASE,
)
_FROM = (
    r"from|von|de|da|van|od|fra|från|lähettäjä|от|от кого|отправитель|kimden|feladó|发件人|差出人"
)
_OTHERS = (
    r"sent|date|to|cc|bcc|subject|reply-to|importance|attachments|"
    r"gesendet|datum|an|betreff|kopie|antwort an|"
    r"envoyé|envoye|date|à|a|objet|cc|enviado(?: el)?|fecha|para|asunto|"
    r"inviato|data|oggetto|per conto di|verzonden|aan|onderwerp|enviada(?: em)?|assunto|"
    r"wysłano|do|temat|sendt|til|emne|skickat|till|ämne|odesláno|komu|předmět|"
    r"отправлено|дата|кому|тема|копия|发送时间|收件人|主题"
)
_SENDER_LINE = re.compile(rf"\s*[*|]*\s*(?:{_FROM})\s*\*?\s*[:：]", re.IGNORECASE)
_OTHER_LINE = re.compile(rf"\s*[*|]*\s*(?:{_OTHERS})\s*\*?\s*[:：]", re.IGNORECASE)

_DELIMITER = re.compile(r"\s?(?:--|\u2014|__)\s*$")
_SENT_FROM = re.compile(
    r"\s*(?:sent (?:from|via|with|using)|get outlook for|von meinem|gesendet (?:von|mit)|"
    r"envoyé (?:de|depuis|à partir)|enviado (?:desde|do|a partir)|inviato da|"
    r"(?:verstuurd|verzonden) vanaf|skickat från|sendt fra|wysłane z|"
    r"отправлено (?:с|из)|lähetetty)\b[^,;.!?]{2,48}$",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(
    r"\s*-{1,2} ?[A-Z\u00c0-\u024f][\w.'-]*(?: [A-Z\u00c0-\u024f][\w.'-]*){0,3}\s*$"
)
_CLOSING = re.compile(
    r"\s*(?:(?:best|kind|warm|with kind|many)\s+(?:regards|wishes|thanks)|regards|"
    r"sincerely(?: yours)?|"
    r"yours (?:sincerely|faithfully|truly)|cheers|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|"
    r"(?:freundliche|viele|beste|liebe) gr(?:ü|ue)(?:ß|ss)e|cordialement|bien à vous|"
    r"(?:saludos|un saludo)(?: cordiales)?|atentamente|atenciosamente|cordiali saluti|"
    r"distinti saluti|met vriendelijke groet(?:en)?|med vänlig hälsning|venlig hilsen|"
    r"с уважением|pozdrawiam|s pozdravem)\s*[,.!]?\s*$",
    re.IGNORECASE,
)
#: Clauses that lawyers append; one of them makes a paragraph nobody's words.
_DISCLAIMER = re.compile(
    r"(?:not|n.est pas|nicht) (?:the|le|der) (?:intended|destinataire|(?:richtige|beabsichtigte))|"
    r"intended (?:solely|only|exclusively) for|intended recipient|"
    r"received this (?:e-?mail|message|communication|transmission)[^.]{0,40} in error|"
    r"(?:vertrauliche|rechtlich geschützte) information|irrtümlich erhalten|"
    r"(?:message|courriel|e-?mail)[^.]{0,60} confidentiel|destinatario (?:previsto|indicado)|"
    r"consider the environment before printing|scanned (?:for viruses|by)|virus-free|"
    r"unsubscribe from this",
    re.IGNORECASE,
)
#: A paragraph without any of these is no disclaimer, which is quick to see.
_HINTS = (
    "inten",
    "destinat",
    "richtige",
    "in error",
    "geschützt",
    "vertraulich",
    "irrtüm",
    "confiden",
    "environment",
    "scanned",
    "virus",
    "unsubscribe",
)
_FOOTER = re.compile(r"\s*_{20,}\s*$")


@dataclass(frozen=True)
class Parts:
    """One message's text, taken apart; joined with what was quoted it is the whole."""

    reply: str
    """The newest words, without signature and disclaimer; never empty when the text is not."""
    signature: str
    """What stands below the words: name, title, "sent from my …"; still the sender's own text."""
    is_quoting: bool
    """Whether the message also holds text that is not new."""


def separate(text: str | None) -> Parts:
    """The newest words of a message's plain text."""
    lines = _INVISIBLE.sub("", (text or "").replace("\xa0", " ")).replace("\r\n", "\n").split("\n")
    own, quoted = _own_lines(lines)
    words, signature = _without_signature(_without_footer(own))
    reply = _without_disclaimers(words)
    if not reply:
        # Nothing above the quotation: what there is must be read, wherever it stands.
        kept = "\n".join(signature).strip() or "\n".join(lines).strip()
        return Parts(kept, "", quoted)
    return Parts(reply, "\n".join(signature).strip(), quoted)


def _own_lines(lines: Sequence[str]) -> tuple[list[str], bool]:
    """The lines that are not quoted, a blank one in each gap; and whether there was a gap."""
    own: list[str] = []
    place, quoted = 0, False
    while place < len(lines):
        line = lines[place]
        if _QUOTED.match(line):
            place, quoted = place + 1, True
            own.append("")
            continue
        if _FORWARDED.match(line):
            return [*own, *lines[place:]], quoted
        taken, to_the_end = _opening(lines, place)
        if to_the_end:
            return _without_rule(own), True
        own += [""] if taken else [line]
        quoted = quoted or bool(taken)
        place += taken or 1
    return own, quoted


def _opening(lines: Sequence[str], place: int) -> tuple[int, bool]:
    """How many lines announce a quotation here, and whether all that follows belongs to it."""
    line = lines[place]
    if (":" not in line and not _MAY_OPEN.search(line)) or len(line) > _LONG_LINE:
        return 0, False
    if _ORIGINAL.match(line) or _is_header_block(lines, place):
        return 1, True
    taken = _introduction(lines, place)
    if taken:
        return taken, not _quotes_by_sign(lines, place + taken)
    return 0, False


def _introduction(lines: Sequence[str], place: int) -> int:
    """Lines that "On … wrote:" takes from here, however it was wrapped; 0 when it is none."""
    if not _OPENS.match(lines[place]):
        return 0
    joined = ""
    for taken in range(1, _WRAPPED + 1):
        part = lines[place + taken - 1].strip() if place + taken <= len(lines) else ""
        if not part or (taken > 1 and _begins_anew(joined, part)):
            return 0
        joined = f"{joined} {part}"[: _LONG_LINE + 1].strip()
        if _is_introduction(joined):
            return taken
    return 0


def _begins_anew(before: str, line: str) -> bool:
    """Whether an announcement starts on this line, so that the lines before are words."""
    is_whole = before.endswith((".", "!", "?")) or not line[0].isdigit()
    return is_whole and bool(_OPENS.match(line)) and _is_introduction(line)


def _is_introduction(text: str) -> bool:
    return len(text) <= _LONG_LINE and bool(_INTRODUCTION.match(text) or _DATED_ADDRESS.match(text))


def _quotes_by_sign(lines: Sequence[str], place: int) -> bool:
    """Whether the text announced here is marked line by line, so that others are the sender's."""
    following = next((line for line in lines[place : place + 8] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _is_header_block(lines: Sequence[str], place: int) -> bool:
    """Whether a message's own headers stand here as text: a sender and two others."""
    is_sender = bool(_SENDER_LINE.match(lines[place]))
    if not is_sender and not _OTHER_LINE.match(lines[place]):
        return False
    near = [line for line in lines[place : place + 12] if line.strip()][:7]
    senders = sum(bool(_SENDER_LINE.match(line)) for line in near)
    others = sum(bool(_OTHER_LINE.match(line)) and not _SENDER_LINE.match(line) for line in near)
    return senders >= 1 and others >= 2


def _without_rule(own: list[str]) -> list[str]:
    """Drops the line drawn above what is quoted."""
    end = len(own)
    while end and (not own[end - 1].strip() or _RULE.fullmatch(own[end - 1])):
        end -= 1
    return own[:end]


def _without_footer(own: Sequence[str]) -> list[str]:
    """Drops a mailing list's footer: a drawn line and few lines below it."""
    for place, line in enumerate(own):
        if place and line.startswith("____") and _FOOTER.match(line):
            if 0 < _filled(own[place + 1 :]) <= 6:
                return list(own[:place])
    return list(own)


def _filled(lines: Sequence[str]) -> int:
    return sum(bool(line.strip()) for line in lines)


def _without_signature(own: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words and signature; a delimiter with a whole message below it delimits nothing."""
    for place, line in enumerate(own):
        if len(line) < 5 and _DELIMITER.match(line) and _filled(own[:place]):
            if _filled(own[place + 1 :]) <= _SIGNATURE_LINES:
                return list(own[:place]), list(own[place + 1 :])
    return _without_unmarked(own)


def _without_unmarked(own: Sequence[str]) -> tuple[list[str], list[str]]:
    """A signature that no delimiter announces, taken from the end."""
    filled = [place for place, line in enumerate(own) if line.strip()]
    if len(filled) < 2:
        return list(own), []
    last = filled[-1]
    if _SENT_FROM.match(own[last]) or (_DASHED_NAME.match(own[last]) and not own[last - 1].strip()):
        words, below = _without_unmarked(own[:last])
        return words, [*below, *own[last:]]
    for count, place in enumerate(filled[-2 : -_SIGNATURE_LINES - 2 : -1], 1):
        if place != filled[0] and len(own[place]) < 60 and _CLOSING.match(own[place]) and count > 1:
            # The name stays with the greeting: who signed is worth reading.
            name = filled[len(filled) - count]
            return list(own[: name + 1]), list(own[name + 1 :])
    return list(own), []


def _without_disclaimers(words: Sequence[str]) -> str:
    paragraphs = re.split(r"\n[ \t]*\n", "\n".join(words))
    kept = [
        paragraph
        for place, paragraph in enumerate(paragraphs)
        if not (place and len(paragraph) > 60 and _is_disclaimer(paragraph.lower()))
    ]
    return "\n\n".join(kept).strip()


def _is_disclaimer(paragraph: str) -> bool:
    return any(hint in paragraph for hint in _HINTS) and bool(_DISCLAIMER.search(paragraph))
