"""The plugins by themselves: their types, their logic under Node.js, and what is installed of them."""

import json
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from real_clients import newest_node

from byline.agents.plugin_file import plugin_file

HERE = Path(__file__).parent
SOURCES = (("byline.agents.opencode", "plugin/byline.ts"), ("byline.agents.pi", "extension/byline.ts"))
STRICT = {
    "strict": True, "noEmit": True, "target": "es2022", "module": "esnext", "moduleResolution": "bundler",
    "noUncheckedIndexedAccess": True, "noPropertyAccessFromIndexSignature": True, "noUnusedLocals": True,
    "noUnusedParameters": True, "noImplicitReturns": True, "noFallthroughCasesInSwitch": True,
    "erasableSyntaxOnly": True, "verbatimModuleSyntax": True, "skipLibCheck": True, "types": ["node"],
}  # fmt: skip


def check_types(folder: Path, clients: Path) -> subprocess.CompletedProcess[str]:
    """Run TypeScript over the plugins in a folder, against the types that their agents publish."""
    for package in ("typescript", "@types/node", "@opencode-ai/plugin", "@earendil-works/pi-coding-agent"):
        if not (clients / "node_modules" / package).is_dir():
            pytest.skip(f"no {package} in {clients}: tests/clients/install.sh could not get it")
    (folder / "node_modules").symlink_to(clients / "node_modules", target_is_directory=True)
    (folder / "package.json").write_text('{"type": "module"}\n')
    settings = {"compilerOptions": STRICT, "files": ["opencode.ts", "pi.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    compiler = clients / "node_modules" / "typescript" / "bin" / "tsc"
    return subprocess.run(
        ["node", compiler, "-p", folder], capture_output=True, text=True, check=False, timeout=120
    )


def test_the_plugins_keep_to_the_types_that_opencode_and_pi_publish(
    plugins: Path, installed_clients: Path
) -> None:
    done = check_types(plugins, installed_clients)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_type_check_notices_a_hook_that_opencode_does_not_have(
    plugins: Path, installed_clients: Path
) -> None:
    plugin = plugins / "opencode.ts"
    plugin.write_text(plugin.read_text().replace('"tool.execute.after"', '"tool.execute.later"'))
    done = check_types(plugins, installed_clients)
    assert done.returncode != 0
    assert "opencode.ts(" in done.stdout


@pytest.mark.parametrize("name", ["telling", "opencode", "pi"])
def test_the_logic_of_the_plugins_holds_under_node(
    name: str, plugins: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = newest_node(None) or newest_node(request.getfixturevalue("installed_clients"))
    if node is None:
        pytest.skip("no Node.js 22.18 or newer, which runs TypeScript as it is")
    telling = files("byline.agents").joinpath("telling.ts")
    monkeypatch.setenv("BYLINE_PLUGINS", str(plugins))
    monkeypatch.setenv("BYLINE_TELLING", str(telling))
    monkeypatch.setenv("NODE_NO_WARNINGS", "1")
    words = [node, "--test", "--test-reporter=tap", str(HERE / f"{name}.test.mjs")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "\n# fail 0\n" in done.stdout
    assert "\n# pass 0\n" not in done.stdout


@pytest.mark.parametrize(("package", "source"), SOURCES)
def test_a_plugin_is_installed_as_one_file_that_stands_alone(package: str, source: str) -> None:
    body = plugin_file(package, source)
    assert body is not None
    text = body.decode()
    assert '"../' not in text
    assert text.count('\nconst BYLINE_INGEST = ""\n') == 1
    imported = [line.rpartition(" from ")[2] for line in text.split("\n") if line.startswith("import ")]
    own = {'"node:', '"@opencode-ai/', '"@earendil-works/'}
    assert imported
    assert all(any(name.startswith(start) for start in own) for name in imported), imported


def test_a_plugin_that_this_installation_lacks_is_told_apart() -> None:
    assert plugin_file("byline.agents.opencode", "plugin/none.ts") is None


def test_opencode_finds_one_function_among_the_exports() -> None:
    body = plugin_file(*SOURCES[0])
    assert body is not None
    exports = [line for line in body.decode().split("\n") if line.startswith("export ")]
    assert exports == ["export const Byline = Object.assign(plugin, { Recorder })"]
