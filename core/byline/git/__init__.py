"""Everything that runs git. Plumbing only, so that no user's configuration changes an answer."""
