"""Emotions that calls and activities can have; no endpoint lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.monica.errors import not_found

if TYPE_CHECKING:
    from crmkit_mock.messages import Refusal
    from crmkit_mock.monica.call import Tree

#: Names by id, which is their place from 1. Recorded are the first three; assumption: the others
#: follow the same tree, that of Parrott's emotions.
NAMES = (
    *("adoration", "affection", "love", "fondness", "liking", "attraction", "caring"),
    *("tenderness", "compassion", "sentimentality", "arousal", "desire", "lust", "passion"),
    *("infatuation", "longing", "amusement", "bliss", "cheerfulness", "gaiety", "glee"),
    *("jolliness", "joviality", "joy", "delight", "enjoyment", "gladness", "happiness"),
    *("jubilation", "elation", "satisfaction", "ecstasy", "euphoria", "enthusiasm", "zeal"),
    *("zest", "excitement", "thrill", "exhilaration", "contentment", "pleasure", "pride"),
    *("triumph", "eagerness", "hope", "optimism", "enthrallment", "rapture", "relief"),
    *("amazement", "surprise", "astonishment", "aggravation", "irritation", "agitation"),
    *("annoyance", "grouchiness", "grumpiness", "exasperation", "frustration", "anger", "rage"),
    *("outrage", "fury", "wrath", "hostility", "ferocity", "bitterness", "hate", "loathing"),
    *("scorn", "spite", "vengefulness", "dislike", "resentment", "disgust", "revulsion"),
    *("contempt", "envy", "jealousy", "torment", "agony", "suffering", "hurt", "anguish"),
    *("depression", "despair", "hopelessness", "gloom", "glumness", "sadness", "unhappiness"),
    *("grief", "sorrow", "woe", "misery", "melancholy", "dismay", "disappointment"),
    *("displeasure", "guilt", "shame", "regret", "remorse", "alienation", "isolation"),
    *("neglect", "loneliness", "rejection", "homesickness", "defeat", "dejection"),
    *("insecurity", "embarrassment", "humiliation", "insult", "pity", "sympathy", "alarm"),
    *("shock", "fear", "fright", "horror", "terror", "panic", "hysteria", "mortification"),
    *("anxiety", "nervousness", "tenseness", "uneasiness", "apprehension", "worry"),
    *("distress", "dread"),
)


def emotion_shape(id: int) -> Tree:
    """Build what replies show of an emotion."""
    return {"id": id, "object": "emotion", "name": NAMES[id - 1]}


def require_emotions(ids: list[int]) -> Refusal | None:
    """Return the refusal of emotions that do not exist; None if all do."""
    return None if all(1 <= id <= len(NAMES) for id in ids) else not_found()
