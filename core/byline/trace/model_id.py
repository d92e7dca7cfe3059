"""Model ids in the form that Agent Trace records use: ``provider/model``, as models.dev has them."""

import re

MODEL_ID_LIMIT = 250
"""Characters that the schema allows."""

_PROVIDERS = (
    (re.compile(r"claude", re.IGNORECASE), "anthropic"),
    (re.compile(r"(gpt|chatgpt|codex|o\d)(-|$|\d)", re.IGNORECASE), "openai"),
    (re.compile(r"(gemini|gemma)-", re.IGNORECASE), "google"),
    (re.compile(r"grok-", re.IGNORECASE), "xai"),
    (re.compile(r"deepseek-", re.IGNORECASE), "deepseek"),
    (re.compile(r"(mistral|codestral|devstral|magistral)-", re.IGNORECASE), "mistral"),
)


def normalised_model(model_id: str) -> str:
    """A model id in models.dev's form ``provider/model``, at most 250 characters.

    An id that names its provider is kept; one whose provider is not known stays as it is, since a
    guess would be worse. Everywhere else Byline shows ids exactly as the agent wrote them.
    """
    if "/" not in model_id:
        provider = next((name for pattern, name in _PROVIDERS if pattern.match(model_id)), None)
        model_id = f"{provider}/{model_id}" if provider else model_id
    return model_id[:MODEL_ID_LIMIT]
