"""Everything that can be refused, and the one place where a refusal becomes a page or problem+json.

A domain text is written in Dutch and marked with :func:`N_`; it is translated at the edge, with its parameters.
"""

from __future__ import annotations

from typing import Any


def N_(text: str) -> str:
    """Marks a text for translation without translating it yet."""
    return text


class DomainError(Exception):
    """Something that may not or cannot be. Says what happened, what it means and what to do.

    ``type`` is a stable slug (problem type ``/problems/<slug>``), ``title`` and ``detail`` are Dutch message ids with
    ``%(name)s`` placeholders filled from ``params``.
    """

    status = 409

    def __init__(self, type: str, title: str, detail: str = "", *, status: int | None = None, **params: Any) -> None:
        super().__init__(type)
        self.type, self.title, self.detail, self.params = type, title, detail, params
        if status is not None:
            self.status = status

    def __bool__(self) -> bool:
        """A refusal is falsy, so that a policy can return it where it would else return True."""
        return False

    def __str__(self) -> str:
        return f"{self.type}: {self.title % self.params if self.params else self.title}"


class Refused(DomainError):
    """What a policy returns instead of True."""

    status = 403


class Forbidden(DomainError):
    """Not for this person."""

    status = 403


class NotSignedIn(DomainError):
    """Nobody is signed in, and somebody has to be."""

    status = 401

    def __init__(self) -> None:
        super().__init__("not-signed-in", N_("Je bent niet aangemeld"), N_("Meld je aan en probeer het opnieuw."))


class NotFound(DomainError):
    """It is not there, or not for this person to know that it is."""

    status = 404

    def __init__(
        self,
        type: str = "not-found",
        title: str = N_("Niet gevonden"),
        detail: str = N_("Deze pagina bestaat niet of is niet voor jou."),
        **params: Any,
    ) -> None:
        super().__init__(type, title, detail, **params)


class Conflict(DomainError):
    """Somebody else was first."""

    status = 409


class Gone(DomainError):
    """It was here, and will not come back."""

    status = 410


class TooMany(DomainError):
    """Too often; ``retry_after`` in whole seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "too-many-requests",
            N_("Even rustig aan"),
            N_("Je probeert het te vaak. Wacht %(seconds)s seconden en probeer het dan opnieuw."),
            seconds=retry_after,
        )
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Not now, but soon; ``retry_after`` in whole seconds."""

    status = 503

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(
            "unavailable",
            N_("Even niet bereikbaar"),
            N_("Je gegevens zijn nog niet opgeslagen. Probeer het over een paar seconden opnieuw."),
        )
        self.retry_after = retry_after


class Invalid(DomainError):
    """Input that cannot be taken. ``fields``: name → Dutch sentence."""

    status = 422

    def __init__(
        self,
        type: str = "invalid",
        title: str = N_("Dit klopt nog niet"),
        detail: str = N_("Kijk de aangegeven velden na."),
        *,
        fields: dict[str, str] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(type, title, detail, **params)
        self.fields = fields or {}


def require(verdict: bool | DomainError) -> None:
    """Raises the refusal that a policy returned; a bare False becomes a plain Forbidden."""
    if isinstance(verdict, DomainError):
        raise verdict
    if not verdict:
        raise Forbidden("forbidden", N_("Dit mag je niet"), N_("Vraag de begeleider of de coördinator van je programma."))
