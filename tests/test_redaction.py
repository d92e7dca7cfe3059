"""Keys of a known shape are found and covered; words that only look a little like them are not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.redaction import find_secrets, mask

# In two pieces, so that nobody's scanner takes this file for a leak.
BODY = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG3hJ5k"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nq83vEjRWeJo\n-----END RSA PRIVATE KEY-----"
SECRETS = {
    "GitHub token": "ghp_" + BODY,
    "Anthropic key": "sk-" + "ant-api03-" + BODY,
    "OpenAI key": "sk-" + "proj-" + BODY,
    "GitLab token": "glpat-" + BODY[:20],
    "AWS access key": "AKIA" + "Z3MSBV5HWQ2X7RTA",
    "Google key": "AIza" + BODY[:35],
    "Slack token": "xoxb-" + BODY[:24],
    "Stripe key": "sk_" + "live_" + BODY[:24],
    "npm token": "npm_" + BODY[:36],
    "Hugging Face token": "hf_" + BODY[:34],
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0." + BODY[:24],
    "private key": PEM,
}


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
def test_a_key_of_a_known_shape_is_covered_by_the_name_of_its_kind(kind: str, secret: str) -> None:
    covered = mask(f"before '{secret}' behind")
    assert covered == f"before '[{kind}]" + "\n" * secret.count("\n") + "' behind"


def test_of_a_url_only_the_password_is_covered() -> None:
    text = "git clone https://mia:s3cr3tW0rd@example.com/x.git"
    assert mask(text) == "git clone https://mia:[password in a URL]@example.com/x.git"


@pytest.mark.parametrize(
    "text",
    [
        "task-" + "management-and-more-words-behind",
        "sk-" + "x" * 40,
        "AKIAIOSFODNN7" + "EXAMPLE",
        "https://user:password@example.com",
        "https://$USER:${TOKEN}@example.com",
        "http://[::1]:8080/@scope",
        "https://example.com:8080/a@b",
        "ghp_short",
        "",
    ],
)
def test_what_is_no_key_stays(text: str) -> None:
    assert mask(text) == text


def test_a_key_in_the_json_of_a_text_leaves_the_json_whole() -> None:
    escaped = PEM.replace("\n", "\\n")
    assert mask(f'{{"key": "{escaped}", "b": 1}}') == '{"key": "[private key]", "b": 1}'


@given(st.lists(st.sampled_from([*SECRETS.values(), " ", "\n", "x", '"', "://", ":", "@"]), max_size=12))
def test_secrets_do_not_overlap_and_covering_keeps_the_lines(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = find_secrets(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert mask(text).count("\n") == text.count("\n")
    assert find_secrets(mask(text)) == []
