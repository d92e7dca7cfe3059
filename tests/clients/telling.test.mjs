// What the plugins have in common: diffs, what was sent before, and the process that is told.
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"

const SOURCE = process.env.BYLINE_TELLING
const { Sent, changed, defined, looker, readText, indented, replacement, restored, sender, unified, written } =
  await import(SOURCE)

function folder() {
  return mkdtempSync(join(tmpdir(), "telling-"))
}

/** What git makes of a diff applied to a file. */
function applied(name, before, diff) {
  const place = folder()
  execFileSync("git", ["init", "-q"], { cwd: place })
  if (before !== null) writeFileSync(join(place, name), before)
  execFileSync("git", ["apply", "--unidiff-zero", "-"], { cwd: place, input: diff })
  return existsSync(join(place, name)) ? readFileSync(join(place, name), "utf8") : null
}

test("a diff between two contents is one that git applies", () => {
  const contents = ["", "a\n", "a\nb\n", "b\na\n", "x\na\nb\n", "a\nb\nc\nd\n", "a\n\n\nd\n", "a\r\nb\n"]
  for (const before of contents) {
    for (const after of contents) {
      if (before === after) continue
      const diff = unified("f.txt", "modified", replacement(before, after))
      assert.equal(applied("f.txt", before, diff), after, JSON.stringify([before, after]))
    }
  }
})

test("created, deleted and renamed files and odd names are what git reads them as", () => {
  for (const name of [
    "a.txt",
    "two words.txt",
    'quo"te.txt',
    "back\\slash.txt",
    "tab\there.txt",
    "ünï.txt",
  ]) {
    assert.equal(applied(name, null, unified(name, "added", replacement("", "one\n"))), "one\n", name)
    assert.equal(applied(name, "one\n", unified(name, "deleted", replacement("one\n", ""))), null, name)
    assert.equal(
      applied(name, "one\n", unified(name, "modified", replacement("one\n", "two\n"))),
      "two\n",
      name,
    )
  }
  const place = folder()
  execFileSync("git", ["init", "-q"], { cwd: place })
  writeFileSync(join(place, "old.txt"), "one\n")
  execFileSync("git", ["apply", "-"], { cwd: place, input: unified("new.txt", "modified", "", "old.txt") })
  assert.deepEqual(
    readdirSync(place).filter((name) => name !== ".git"),
    ["new.txt"],
  )
})

test("an agent's diff gets back the indentation that was taken off it", () => {
  const before = "class A:\n        def f(self):\n            return 1\n"
  const after = "class A:\n        def f(self):\n            return 2\n"
  const shown = "@@ -2,2 +2,2 @@\n def f(self):\n-    return 1\n+    return 2\n"
  assert.deepEqual(restored(shown, before, after), {
    hunks: "@@ -2,2 +2,2 @@\n         def f(self):\n-            return 1\n+            return 2",
    whole: true,
  })
})

test("the indentation comes back although the content before is not known for certain", () => {
  const after = "def f():\n\n    a\n    c\n"
  const shown = "@@ -2,3 +2,3 @@\n \n a\n-b\n+c\n"
  assert.equal(indented(shown, after), "@@ -2,3 +2,3 @@\n \n     a\n-    b\n+    c")
  assert.equal(indented(shown, "def f():\n\n    a\n    other\n"), null)
  for (const before of [undefined, "somebody else's\n"]) {
    const told = changed("f", shown, before, after)
    assert.ok(told.diff.endsWith("\n \n     a\n-    b\n+    c\n"), told.diff)
    assert.equal("after" in told, false)
  }
})

test("line ends that were made alike are those of the file again", () => {
  const found = restored("@@ -1,1 +1,1 @@\n-a\n+b\n", "a\r\n", "b\r\n")
  assert.deepEqual(found, { hunks: "@@ -1,1 +1,1 @@\n-a\r\n+b\r", whole: true })
})

test("contents that differ in more than the agent's diff are not told as its doing", () => {
  const shown = "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n+b\n"
  const told = changed("f", shown, "a\nx\n", "b\ntyped by somebody\n")
  assert.ok(told.diff.endsWith("@@ -1,1 +1,1 @@\n-a\n+b\n"))
  assert.equal("before" in told, false)
  assert.equal("after" in told, false)
  const alone = changed("f", shown, "a\nx\n", "b\nx\n")
  assert.deepEqual([alone.before, alone.after], ["a\nx\n", "b\nx\n"])
})

test("a file that has other lines by now keeps the agent's diff as it was shown", () => {
  const told = changed("f", "@@ -1,1 +1,1 @@\n-a\n+b\n", "a\n", "something else\n")
  assert.ok(told.diff.includes("-a\n+b\n"))
  assert.equal("after" in told, false)
})

test("a file written as it was is no edit", () => {
  assert.equal(written("f", "a\n", "a\n"), undefined)
  assert.equal(written("f", null, "").diff, "diff --git a/f b/f\nnew file mode 100644\n")
})

test("a folder, a large file and one that is no text are not read, and a missing one is told apart", () => {
  const place = folder()
  writeFileSync(join(place, "bytes"), Buffer.from([0xff, 0xfe, 0x00]))
  writeFileSync(join(place, "large"), Buffer.alloc(5 * 1024 * 1024))
  writeFileSync(join(place, "text"), "ä\n")
  assert.equal(readText(place), undefined)
  assert.equal(readText(join(place, "bytes")), undefined)
  assert.equal(readText(join(place, "large")), undefined)
  assert.equal(readText(join(place, "text")), "ä\n")
  assert.equal(readText(join(place, "none")), null)
})

test("the same is sent once, what has grown again, and its time is no difference", () => {
  const sent = new Sent()
  assert.equal(sent.isNew("s:m", { text: "a", generated_at_unix_ms: 1 }), true)
  assert.equal(sent.isNew("s:m", { text: "a", generated_at_unix_ms: 2 }), false)
  assert.equal(sent.isNew("s:other", { text: "a" }), true)
  assert.equal(sent.isNew("s:m", { text: "ab" }), true)
  assert.equal(sent.isNew("s:m", { text: "a" }), true)
})

test("what was sent is remembered within bounds, and the latest longest", () => {
  const sent = new Sent()
  for (let number = 0; number < 10_001; number++) sent.isNew(`s:${number}`, {})
  assert.equal(sent.hashes.size, 10_000)
  assert.equal(sent.isNew("s:10000", {}), false)
  assert.equal(sent.isNew("s:0", {}), true)
})

test("empty and missing values are left out", () => {
  assert.deepEqual(defined({ a: undefined, b: "", c: 0, d: null }), { c: 0, d: null })
})

/** A program that writes its words and its standard input into a file, slowly. */
function recording(place) {
  const program = join(place, "ingest")
  writeFileSync(
    program,
    `#!/bin/sh\nsleep 0.2\n{ echo "$@"; cat; } > '${place}/got.tmp'\nmv '${place}/got.tmp' '${place}/got'\n`,
  )
  chmodSync(program, 0o755)
  return program
}

async function until(there) {
  for (let round = 0; round < 500 && !there(); round++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(there(), "it did not happen within five seconds")
}

test("the whole payload arrives although the agent ends right after it was sent", async () => {
  const place = folder()
  const script = `
    const { sender } = await import(${JSON.stringify(SOURCE)})
    sender(${JSON.stringify(recording(place))}, ${JSON.stringify(place)})("diff-trace", "x".repeat(300_000))
    process.exit(0)`
  const done = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", script], {
    encoding: "utf8",
  })
  assert.deepEqual([done.status, done.stdout, done.stderr], [0, "", ""])
  await until(() => existsSync(join(place, "got")))
  assert.equal(readFileSync(join(place, "got"), "utf8"), `diff-trace --defer\n${"x".repeat(300_000)}`)
})

test("nothing of a payload stays in the folder for temporary files", async () => {
  const place = folder()
  process.env.TMPDIR = folder()
  sender(recording(place), place)("diff-trace", "{}")
  assert.deepEqual(readdirSync(process.env.TMPDIR), [])
  await until(() => existsSync(join(place, "got")))
  delete process.env.TMPDIR
})

test("a program that is not there costs the agent nothing", async () => {
  const path = process.env.PATH
  process.env.PATH = folder()
  const send = sender("/nowhere/byline-ingest", folder())
  send("conversation-trace", "{}")
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.env.PATH = path
})

test("a look is over when the program is, and has told it of the event", async () => {
  const place = folder()
  await looker(recording(place), "pi", place)({ hook_event_name: "PreToolUse" })
  const told = readFileSync(join(place, "got"), "utf8")
  assert.equal(told, 'hook --agent pi --defer\n{"hook_event_name":"PreToolUse"}')
})

test("a look without a program, and one that never ends, keep no call waiting for long", async () => {
  const path = process.env.PATH
  process.env.PATH = folder()
  await looker("/nowhere/byline-ingest", "pi", folder())({})
  process.env.PATH = path
  const slow = join(folder(), "slow")
  writeFileSync(slow, "#!/bin/sh\nexec sleep 30\n")
  chmodSync(slow, 0o755)
  const begin = Date.now()
  await looker(slow, "pi", folder())({})
  assert.ok(Date.now() - begin < 20_000)
})
