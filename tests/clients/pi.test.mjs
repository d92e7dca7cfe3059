// Pi's extension: what it sends for what it sees.
import assert from "node:assert/strict"
import { mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"

const module = await import(process.env.BYLINE_PLUGINS + "/pi.ts")
const { Recorder } = module

/** A session as Pi keeps it, a recorder that follows it, and what it sent so far. */
function recording(entries = [], header = { id: "s1" }) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pi-")))
  const calls = []
  let name
  const sessionManager = {
    getEntries: () => [...entries], getHeader: () => header, getSessionId: () => "s1", getSessionName: () => name,
  } // prettier-ignore
  const looks = []
  const look = async (event) => void looks.push(event)
  const recorder = new Recorder((command, payload) => calls.push([command, payload]), look, {
    cwd: folder,
    sessionManager,
  })
  const items = () =>
    calls
      .filter(([command]) => command === "conversation-trace")
      .flatMap(([, text]) => JSON.parse(text).payloads)
  const edits = () =>
    calls
      .filter(([command]) => command === "diff-trace")
      .flatMap(([, text]) => text.split("\n").map((line) => JSON.parse(line)))
  return { recorder, folder, entries, looks, items, edits, rename: (to) => (name = to) }
}

const entry = (id, parentId, message) => ({
  type: "message",
  id,
  parentId,
  timestamp: "2026-11-23T00:00:00.000Z",
  message,
})
const prompt = entry("e1", null, { role: "user", content: "Shout", timestamp: 1000 })
const calling = (id, parentId, name, input) =>
  entry(id, parentId, {
    role: "assistant", provider: "anthropic", model: "claude-opus-4-6", timestamp: 2000,
    content: [{ type: "thinking", thinking: "Hm" }, { type: "text", text: "Yes." }, { type: "toolCall", id: "call_1", name, arguments: input }],
    usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, totalTokens: 10, cost: { total: 0.5 } },
  }) // prettier-ignore
const result = (id, parentId, text, isError = false) =>
  entry(id, parentId, {
    role: "toolResult",
    toolCallId: "call_1",
    toolName: "edit",
    content: [{ type: "text", text }],
    isError,
    timestamp: 3000,
  })

test("a prompt, a reply with its call and the result are told with the ids of the session file", () => {
  const { recorder, entries, items, folder } = recording()
  entries.push(prompt, calling("e2", "e1", "bash", { command: "ls" }), result("e3", "e2", "f.py"))
  recorder.flush()
  const place = { session_id: "s1", message_id: "e2", generated_at_unix_ms: 2000 }
  const call = {
    part_id: "call_1",
    part_type: "tool",
    tool: "bash",
    input: { command: "ls" },
    tool_call_id: "call_1",
  }
  assert.deepEqual(items(), [
    { type: "message", session_id: "s1", message_id: "e1", generated_at_unix_ms: 1000, role: "user", cwd: folder },
    { type: "message.part", session_id: "s1", message_id: "e1", generated_at_unix_ms: 1000, part_id: "e1:0", part_type: "text", text: "Shout" },
    {
      type: "message", ...place, role: "assistant", parent_id: "e1", cwd: folder, model_id: "anthropic/claude-opus-4-6",
      tokens: { input: 1, output: 2, cache_read: 3, cache_write: 4 }, cost: 0.5,
    },
    { type: "message.part", ...place, part_id: "e2:0", part_type: "reasoning", text: "Hm" },
    { type: "message.part", ...place, part_id: "e2:1", part_type: "text", text: "Yes." },
    { type: "message.part", ...place, text: "", ...call },
    { type: "message.part", ...place, text: "f.py", status: "completed", ...call },
  ]) // prettier-ignore
})

test("what the session held when it was opened is not told again", () => {
  const { recorder, entries, items } = recording([prompt])
  recorder.flush()
  assert.deepEqual(items(), [])
  entries.push(calling("e2", "e1", "bash", {}))
  recorder.flush()
  assert.deepEqual(new Set(items().map((item) => item.message_id)), new Set(["e2"]))
  assert.equal(items()[0].parent_id, "e1")
  recorder.flush()
  assert.equal(items().length, 4)
})

test("a fork names the session it came from, and a session its name", () => {
  const { recorder, entries, items, rename } = recording([], {
    id: "s1",
    parentSession: "/h/2026-11-23T00-00-00Z_s0.jsonl",
  })
  rename("Shouting")
  entries.push(prompt)
  recorder.flush()
  assert.deepEqual([items()[0].parent_session_id, items()[0].title], ["s0", "Shouting"])
})

test("summaries, commands of the person's own and what Pi itself says are told as what they are", () => {
  const { recorder, entries, items } = recording()
  entries.push(
    entry("e1", null, {
      role: "system",
      content: "",
      sections: { preamble: "You are", tools: "read" },
      timestamp: 1,
    }),
    entry("e2", "e1", { role: "bashExecution", command: "ls", output: "f.py", exitCode: 1, timestamp: 2 }),
    {
      type: "compaction",
      id: "e3",
      parentId: "e2",
      timestamp: "2026-11-23T00:00:00.000Z",
      summary: "So far",
    },
    { type: "custom", id: "e4", parentId: "e3", timestamp: "2026-11-23T00:00:00.000Z" },
    entry("e5", "e4", {
      role: "user",
      content: [{ type: "image", mimeType: "image/png", data: "A".repeat(40) }],
      timestamp: 3,
    }),
  )
  recorder.flush()
  assert.deepEqual(
    items().map(({ message_id, kind, text, status, parent_id }) => [
      message_id,
      parent_id,
      kind ?? text,
      status,
    ]),
    [
      ["e1", undefined, "injected", undefined],
      ["e1", undefined, "You are\n\nread", undefined],
      ["e2", "e1", undefined, undefined],
      ["e2", undefined, "! ls", undefined],
      ["e2", undefined, "f.py", "error"],
      ["e3", "e2", "compaction", undefined],
      ["e3", undefined, "So far", undefined],
      ["e5", "e3", undefined, undefined],
      ["e5", undefined, "image/png, 30 bytes", undefined],
    ],
  )
})

test("an edit is told by Pi's own patch, with the message and the model of its call", () => {
  const { recorder, folder, entries, edits } = recording()
  const path = join(folder, "f.py")
  const input = { path: "f.py", edits: [{ oldText: "b", newText: "c" }] }
  writeFileSync(path, "a\nb\n")
  entries.push(prompt, calling("e2", "e1", "edit", input))
  recorder.beforeCall("edit", "call_1", input)
  writeFileSync(path, "a\nc\n")
  recorder.afterCall(
    "edit",
    "call_1",
    input,
    { patch: "--- f.py\n+++ f.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n" },
    false,
  )
  recorder.flush()
  const [edit] = edits()
  assert.ok(edit.diff.endsWith("--- a/f.py\n+++ b/f.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"))
  assert.deepEqual([edit.before, edit.after, edit.cwd], ["a\nb\n", "a\nc\n", folder])
  assert.deepEqual(
    [edit.tool_name, edit.tool, edit.tool_call_id, edit.message_id, edit.model_id, edit.sessionID],
    ["pi", "edit", "call_1", "e2", "anthropic/claude-opus-4-6", "s1"],
  )
})

test("a file written over another is told as what differs, a new one as created", () => {
  const { recorder, folder, edits } = recording()
  const write = (content) => {
    const input = { path: join(folder, "f.py"), content }
    recorder.beforeCall("write", "call_1", input)
    writeFileSync(input.path, content)
    recorder.afterCall("write", "call_1", input, undefined, false)
  }
  write("a\nb\n")
  write("a\nc\n")
  recorder.flush()
  const [created, written] = edits()
  assert.ok(created.diff.includes("new file mode 100644\n--- /dev/null\n"))
  assert.ok(written.diff.endsWith("@@ -2,1 +2,1 @@\n-b\n+c\n"))
})

test("an edit that failed and other tools are told as no edit", () => {
  const { recorder, folder, edits } = recording()
  recorder.beforeCall("edit", "call_1", { path: "f.py" })
  recorder.afterCall("edit", "call_1", { path: "f.py" }, {}, true)
  recorder.beforeCall("read", "call_2", { path: "f.py" })
  recorder.afterCall("read", "call_2", { path: "f.py" }, {}, false)
  recorder.flush()
  assert.deepEqual(edits(), [])
  assert.equal(recorder.before.size, 0)
})

test("turned off it listens to nothing", () => {
  process.env.BYLINE_DISABLED = "1"
  const heard = []
  module.default({ on: (event) => heard.push(event) })
  delete process.env.BYLINE_DISABLED
  assert.deepEqual(heard, [])
})

test("no handler throws or answers, whatever Pi hands to it: an answer would change what Pi does", async () => {
  const handlers = new Map()
  module.default({ on: (event, handler) => handlers.set(event, handler) })
  assert.ok(handlers.has("tool_call") && handlers.has("session_shutdown"))
  for (const handler of handlers.values()) {
    for (const odd of [undefined, {}, { type: "x", input: null }])
      assert.equal(await handler(odd, odd), undefined)
  }
})

test("a shell call is told of with its message and model, and waited for; no other call is", async () => {
  const { recorder, folder, entries, looks } = recording([prompt])
  entries.push(calling("e2", "e1", "bash", { command: "sed -i s/a/b/ notes.txt" }))
  await recorder.shellCall("PreToolUse", "bash", "call_1", { command: "sed -i s/a/b/ notes.txt" })
  await recorder.shellCall("PreToolUse", "write", "call_2", { path: "a" })
  assert.deepEqual(looks, [
    {
      hook_event_name: "PreToolUse", session_id: "s1", cwd: folder, tool_name: "bash", tool_use_id: "call_1",
      tool_input: { command: "sed -i s/a/b/ notes.txt" }, message_id: "e2", model: "anthropic/claude-opus-4-6",
    },
  ]) // prettier-ignore
})
