"""Session ids carry their agent's prefix."""

import pytest

from byline.record import PREFIXES, prefixed


@pytest.mark.parametrize("agent", sorted(PREFIXES))
def test_an_agents_session_gets_its_prefix_once(agent: str) -> None:
    once = prefixed(agent, "0199")
    assert once == PREFIXES[agent] + "0199"
    assert prefixed(agent, once) == once


def test_an_unknown_agents_session_keeps_its_id() -> None:
    assert prefixed("homemade", "0199") == "0199"


def test_no_prefix_begins_another() -> None:
    prefixes = list(PREFIXES.values())
    assert len({*prefixes}) == len(prefixes)
    assert not [(a, b) for a in prefixes for b in prefixes if a != b and b.startswith(a)]
