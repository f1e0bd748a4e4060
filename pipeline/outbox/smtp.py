"""Letters to a mail server, one connection each; user and password from the environment only.

The connection stands before anything is claimed, so a server that cannot be reached changes
nothing. Once the text is on its way, a lost answer means: unknown, and a person finds out.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.model import CountbackError, WrongCall
from pipeline.outbox.channel import Outcome
from pipeline.outbox.letters import checked_address
from pipeline.settings import OutboxSection

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: The port on which a server expects encryption from the first byte on (RFC 8314).
_ENCRYPTED_PORT = 465


class Unreachable(CountbackError):
    """No connection to the mail server, or no sign-in: nothing was claimed, nothing has left."""


@dataclass(frozen=True)
class Smtp:
    """A mail server, as pilot.toml and the environment describe it."""

    settings: OutboxSection
    user: str = ""
    password: str = ""
    kind: str = "smtp"

    @classmethod
    def of(cls, settings: OutboxSection, environment: Mapping[str, str]) -> Smtp:
        """Checks the settings; raises WrongCall naming the one that lacks or is unsafe."""
        if not settings.host:
            raise WrongCall(
                'pilot.toml: outbox.host is empty: name the mail server, or kind="eml".'
            )
        if not settings.sender:
            raise WrongCall("pilot.toml: outbox.sender is empty: give the address we write from.")
        checked_address(settings.sender)
        user = environment.get(settings.user_variable, "")
        encrypted = settings.starttls or settings.port == _ENCRYPTED_PORT
        if user and not encrypted and settings.host not in _LOOPBACK:
            raise WrongCall(
                f"pilot.toml: outbox.starttls is off for {settings.host}, so the password would "
                "travel readable: switch it on, or use port 465."
            )
        return cls(settings, user, environment.get(settings.password_variable, ""))

    def place(self, name: str) -> str:  # noqa: ARG002 - every way out takes it
        """A mail server keeps no file."""
        return ""

    @contextmanager
    def prepared(self, name: str, data: bytes, to: str) -> Iterator[_Connected]:  # noqa: ARG002 - every way out takes it
        """A connection, signed in; raises Unreachable when there is none."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Unreachable(
                f"The mail server {self.settings.host}:{self.settings.port} cannot be used "
                f"({_told(error)}): nothing was sent; mend [outbox] or try later."
            ) from error
        try:
            yield _Connected(server, self.settings.sender, to, data)
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        where = (self.settings.host, self.settings.port)
        wait = self.settings.timeout_seconds
        server: smtplib.SMTP
        if self.settings.port == _ENCRYPTED_PORT:
            server = smtplib.SMTP_SSL(*where, timeout=wait, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(*where, timeout=wait)
        try:
            self._sign_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self.settings.starttls and self.settings.port != _ENCRYPTED_PORT:
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if self.user:
            server.login(self.user, self.password)


@dataclass(frozen=True)
class _Connected:
    """A connection on which one letter may go."""

    server: smtplib.SMTP
    sender: str
    to: str
    data: bytes

    def hand_over(self) -> Outcome:
        """MAIL, RCPT, DATA: before the text any failure is a refusal; after it, silence is not."""
        try:
            for code, answer in (self.server.mail(self.sender), self.server.rcpt(self.to)):
                if code not in (250, 251):
                    return _refusal(code, answer)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(state="refused", said=f"The connection was lost early: {_told(error)}.")
        return self._text()

    def _text(self) -> Outcome:
        try:
            code, answer = self.server.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(state="refused", said=f"The connection was lost early: {_told(error)}.")
        if code != 354:
            return _refusal(code, answer)
        try:
            # A line that is a dot would end the message: dots are doubled (RFC 5321, 4.5.2).
            self.server.send(re.sub(rb"(?m)^\.", b"..", self.data) + b".\r\n")
            code, answer = self.server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(
                state="unknown",
                said=f"The connection was lost while the text was on its way: {_told(error)}.",
            )
        if code != 250:
            return _refusal(code, answer)
        return Outcome(state="sent", said=_answered(code, answer))


def _refusal(code: int, answer: bytes | str) -> Outcome:
    return Outcome(state="refused", said=_answered(code, answer), is_final=code >= 500)


def _answered(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"[:300]


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
