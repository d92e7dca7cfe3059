// OpenCode's plugin: what it sends for what it sees.
import assert from "node:assert/strict"
import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"

const module = await import(process.env.BYLINE_PLUGINS + "/opencode.ts")
const { Byline } = module
const { Recorder } = Byline
const TOLD = await import(process.env.BYLINE_TELLING)

/** A recorder in a folder of its own, and what it sent so far. */
function recording(sent = new TOLD.Sent()) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "opencode-")))
  const calls = []
  const looks = []
  const look = async (event) => void looks.push(event)
  const recorder = new Recorder((command, payload) => calls.push([command, payload]), look, sent, folder)
  const items = () =>
    calls
      .filter(([command]) => command === "conversation-trace")
      .flatMap(([, text]) => JSON.parse(text).payloads)
  const edits = () => {
    recorder.flush()
    return calls
      .filter(([command]) => command === "diff-trace")
      .flatMap(([, text]) => text.split("\n").map((line) => JSON.parse(line)))
  }
  return { recorder, folder, calls, looks, items, edits }
}

const SESSION = {
  id: "ses_1",
  directory: "/w",
  title: "Shout",
  version: "1.18.33",
  projectID: "p",
  time: { created: 1, updated: 1 },
}
const USER = { id: "msg_1", sessionID: "ses_1", role: "user", time: { created: 1000 }, agent: "build" }
const REPLY = {
  id: "msg_2", sessionID: "ses_1", role: "assistant", parentID: "msg_1", time: { created: 2000 }, providerID: "anthropic",
  modelID: "claude-opus-4-6", agent: "build", mode: "build", path: { cwd: "/w", root: "/w" }, cost: 0,
  tokens: { input: 1, output: 2, reasoning: 0, cache: { read: 3, write: 4 }, total: 10 },
} // prettier-ignore

const session = (info = SESSION) => ({ type: "session.updated", properties: { info } })
const message = (info) => ({ type: "message.updated", properties: { info } })
const part = (part) => ({
  type: "message.part.updated",
  properties: { part: { sessionID: "ses_1", messageID: "msg_2", ...part } },
})
const tool = (name, state, more = {}) =>
  part({ id: "prt_t", type: "tool", tool: name, callID: "call_1", state, ...more })
const completed = (input, metadata = {}) => ({
  status: "completed", input, metadata, output: "done", title: "", time: { start: 2100, end: 2200 },
}) // prettier-ignore

let calls = 0

/** Have a tool call change files, as OpenCode reports it. */
function call({ recorder, folder }, name, input, work, metadata) {
  recorder.event(message({ ...REPLY, path: { cwd: folder, root: folder } }))
  const id = `call_${++calls}`
  recorder.beforeCall(name, id, input)
  work()
  recorder.afterCall(id)
  recorder.event(tool(name, completed(input, metadata), { id: `prt_${calls}`, callID: id }))
  recorder.flush()
  return { id: `prt_${calls}`, callID: id }
}

test("the plugin exports one function: OpenCode would call every other one too", () => {
  assert.deepEqual(Object.keys(module), ["Byline"])
  assert.equal(typeof Byline, "function")
})

test("a message carries the facts of its session, and the model of the very call", () => {
  const { recorder, items } = recording()
  recorder.event(session({ ...SESSION, parentID: "ses_0" }))
  recorder.event(message(REPLY))
  recorder.flush()
  assert.deepEqual(items(), [
    {
      type: "message", session_id: "ses_1", message_id: "msg_2", generated_at_unix_ms: 2000, role: "assistant",
      model_id: "anthropic/claude-opus-4-6", parent_id: "msg_1", agent: "build",
      tokens: { input: 1, output: 2, reasoning: 0, cache_read: 3, cache_write: 4 }, cwd: "/w", title: "Shout",
      parent_session_id: "ses_0", tool_version: "1.18.33",
    },
  ]) // prettier-ignore
})

test("a name that OpenCode made up is no title, and the real one follows with a message", () => {
  const { recorder, items } = recording()
  recorder.event(session({ ...SESSION, title: "New session - 2026-11-23T01:57:30.274Z" }))
  recorder.event(message(USER))
  recorder.flush()
  assert.equal("title" in items()[0], false)
  recorder.event(session())
  recorder.flush()
  assert.deepEqual(
    items().map((item) => item.title),
    [undefined, "Shout"],
  )
})

test("what was sent is not sent again, by this or by another instance of the plugin", () => {
  const sent = new TOLD.Sent()
  const [one, other] = [recording(sent), recording(sent)]
  for (const { recorder } of [one, other, one]) {
    recorder.event(message(USER))
    recorder.event(part({ id: "prt_1", messageID: "msg_1", type: "text", text: "Shout" }))
    recorder.flush()
  }
  assert.deepEqual([one.items().length, other.items().length], [2, 0])
})

test("text is sent when it has been said to its end", () => {
  const { recorder, items } = recording()
  recorder.event(message(REPLY))
  recorder.event(part({ id: "prt_1", type: "text", text: "Crea", time: { start: 2050 } }))
  recorder.flush()
  assert.deepEqual(
    items().map((item) => item.type),
    ["message"],
  )
  recorder.event(part({ id: "prt_1", type: "text", text: "Creating.", time: { start: 2050, end: 2060 } }))
  recorder.flush()
  const [, text] = items()
  assert.deepEqual(
    [text.part_type, text.text, text.part_id, text.generated_at_unix_ms],
    ["text", "Creating.", "prt_1", 2050],
  )
})

test("text that was cut short is sent when its message is over", () => {
  const { recorder, items } = recording()
  recorder.event(message(REPLY))
  recorder.event(part({ id: "prt_1", type: "reasoning", text: "Hm", time: { start: 2050 } }))
  recorder.event(message({ ...REPLY, error: { name: "MessageAbortedError", data: { message: "aborted" } } }))
  recorder.flush()
  assert.deepEqual(
    items().map((item) => [item.part_type, item.text]),
    [
      [undefined, undefined],
      ["reasoning", "Hm"],
      ["text", "aborted"],
    ],
  )
})

test("what the program puts beside a prompt is a message of its own", () => {
  const { recorder, items } = recording()
  recorder.event(message(USER))
  recorder.event(part({ id: "prt_1", messageID: "msg_1", type: "text", text: "Look at it" }))
  recorder.event(
    part({ id: "prt_2", messageID: "msg_1", type: "text", text: "Called the Read tool", synthetic: true }),
  )
  recorder.flush()
  assert.deepEqual(
    items().map(({ message_id, kind, text }) => [message_id, kind, text]),
    [
      ["msg_1", undefined, undefined],
      ["msg_1", undefined, "Look at it"],
      ["msg_1-injected", "injected", undefined],
      ["msg_1-injected", undefined, "Called the Read tool"],
    ],
  )
})

test("the diffs since a prompt are sent as they grow, as an observation, and the last one wins", () => {
  const { recorder, items } = recording()
  const patch = (lines) =>
    `Index: f.py\n===\n--- f.py\t\n+++ f.py\t\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`
  const grown = (lines) => ({
    ...USER,
    summary: { diffs: [{ file: "f.py", patch: patch(lines), status: "added" }] },
  })
  recorder.event(message({ ...USER, summary: { diffs: [] } }))
  recorder.flush()
  for (const lines of [["a"], ["a"], ["a", "b"]]) {
    recorder.event(message(grown(lines)))
    recorder.flush()
  }
  const patches = items().filter((item) => item.part_type === "patch")
  assert.deepEqual(
    patches.map((item) => item.message_id),
    ["msg_1-patch", "msg_1-patch"],
  )
  assert.deepEqual(
    patches.map((item) => item.part_id),
    ["msg_1-patch", "msg_1-patch"],
  )
  const header = "diff --git a/f.py b/f.py\nnew file mode 100644\n--- /dev/null\n+++ b/f.py\n"
  assert.deepEqual(
    patches.map((item) => item.text),
    [`${header}@@ -0,0 +1,1 @@\n+a\n`, `${header}@@ -0,0 +1,2 @@\n+a\n+b\n`],
  )
  const [observed] = items().filter((item) => item.message_id === "msg_1-patch" && item.type === "message")
  assert.deepEqual([observed.kind, observed.role, observed.parent_id], ["observation", "assistant", "msg_1"])
  const diffs = items()
    .filter((item) => item.summary_diffs)
    .map((item) => item.summary_diffs[0].patch)
  assert.deepEqual(diffs, [patch(["a"]), patch(["a", "b"])])
})

test("diffs of older versions, with contents before and after, are observations too", () => {
  const { recorder, items } = recording()
  const diffs = [
    { file: "f.py", before: "a\n", after: "a\nb\n" },
    { file: "g.py", before: "", after: "c\n" },
  ]
  recorder.event(message({ ...USER, summary: { diffs } }))
  recorder.flush()
  const [{ text }] = items().filter((item) => item.part_type === "patch")
  assert.ok(text.includes("@@ -1,0 +2,1 @@\n+b\n"))
  assert.ok(text.includes("diff --git a/g.py b/g.py\nnew file mode 100644\n"))
})

test("questions are sent with the answers given", () => {
  const { recorder, items } = recording()
  recorder.event(message(REPLY))
  const input = { questions: [{ question: "Which?" }, { question: "How many?" }, { question: "Why?" }] }
  recorder.event(tool("question", completed(input, { answers: [["Red", "Blue"], "3"] })))
  recorder.flush()
  const [, question] = items()
  assert.equal(question.part_type, "question")
  assert.deepEqual(JSON.parse(question.text), [
    { question: "Which?", answer: "Red, Blue" },
    { question: "How many?", answer: "3" },
    { question: "Why?", answer: null },
  ])
})

test("the data of an attached picture is not sent", () => {
  const { recorder, items } = recording()
  recorder.event(message(USER))
  const url = `data:image/png;base64,${"A".repeat(4000)}`
  recorder.event(
    part({ id: "prt_1", messageID: "msg_1", type: "file", mime: "image/png", filename: "a.png", url }),
  )
  recorder.flush()
  assert.equal(items()[1].text, "a.png, image/png, 3,000 bytes")
})

test("a file written anew and one written over are told with both contents", () => {
  const place = recording()
  const path = join(place.folder, "f.py")
  const first = call(
    place,
    "write",
    { filePath: path, content: "a\nb\n" },
    () => writeFileSync(path, "a\nb\n"),
    {
      filepath: path,
      exists: false,
    },
  )
  call(place, "write", { filePath: path, content: "a\nc\n" }, () => writeFileSync(path, "a\nc\n"), {
    filepath: path,
    exists: true,
  })
  const [created, written] = place.edits()
  assert.deepEqual(
    [created.before, created.after, written.before, written.after],
    [null, "a\nb\n", "a\nb\n", "a\nc\n"],
  )
  assert.equal(
    created.diff,
    "diff --git a/f.py b/f.py\nnew file mode 100644\n--- /dev/null\n+++ b/f.py\n@@ -0,0 +1,2 @@\n+a\n+b\n",
  )
  assert.ok(written.diff.endsWith("@@ -2,1 +2,1 @@\n-b\n+c\n"))
  assert.deepEqual(
    [
      created.tool_name,
      created.tool,
      created.tool_call_id,
      created.message_id,
      created.model_id,
      created.time,
      created.sessionID,
    ],
    ["opencode", "write", first.callID, "msg_2", "anthropic/claude-opus-4-6", 2200, "ses_1"],
  )
})

test("an edit is told with the indentation that OpenCode's diff for showing lacks", () => {
  const place = recording()
  const path = join(place.folder, "f.py")
  writeFileSync(path, "    a\n    b\n")
  const patch = `Index: ${path}\n===\n--- ${path}\n+++ ${path}\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n`
  const work = () => writeFileSync(path, "    a\n    c\n")
  call(place, "edit", { filePath: path, oldString: "b", newString: "c" }, work, {
    filediff: { file: path, patch },
  })
  const [{ diff, before, after }] = place.edits()
  assert.ok(diff.endsWith("@@ -1,2 +1,2 @@\n     a\n-    b\n+    c\n"), diff)
  assert.deepEqual([before, after], ["    a\n    b\n", "    a\n    c\n"])
})

test("what somebody types while an edit runs is not told as the edit's", () => {
  const place = recording()
  const path = join(place.folder, "f.py")
  writeFileSync(path, "a\nb\n")
  const diff = `--- ${path}\n+++ ${path}\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n`
  const work = () => writeFileSync(path, "c\nb\ntyped\n")
  call(place, "edit", { filePath: path, oldString: "a", newString: "c" }, work, { diff })
  const [edit] = place.edits()
  assert.equal(edit.diff.includes("typed"), false)
  assert.equal("after" in edit, false)
})

test("every file of a patch is told, created, moved and deleted ones as what they are", () => {
  const place = recording()
  const at = (name) => join(place.folder, name)
  writeFileSync(at("old.txt"), "one\ntwo\n")
  writeFileSync(at("gone.txt"), "bye\n")
  const patchText =
    "*** Begin Patch\n*** Add File: new.py\n+x\n*** Update File: old.txt\n*** Move to: moved.txt\n@@\n-one\n+ONE\n two\n*** Delete File: gone.txt\n*** End Patch"
  const work = () => {
    writeFileSync(at("new.py"), "x\n")
    renameSync(at("old.txt"), at("moved.txt"))
    writeFileSync(at("moved.txt"), "ONE\ntwo\n")
    rmSync(at("gone.txt"))
  }
  const files = [
    { filePath: at("new.py"), type: "add", patch: "@@ -0,0 +1,1 @@\n+x\n" },
    {
      filePath: at("old.txt"),
      movePath: at("moved.txt"),
      type: "move",
      patch: "@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n",
    },
    { filePath: at("gone.txt"), type: "delete", patch: "@@ -1,1 +0,0 @@\n-bye\n" },
  ]
  call(place, "apply_patch", { patchText }, work, { files })
  assert.deepEqual(
    place.edits().map((edit) => edit.diff),
    [
      "diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,1 @@\n+x\n",
      "diff --git a/old.txt b/moved.txt\nrename from old.txt\nrename to moved.txt\n--- a/old.txt\n+++ b/moved.txt\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n",
      "diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n--- a/gone.txt\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-bye\n",
    ],
  )
})

test("a call that failed is a part with its error, and no edit", () => {
  const place = recording()
  const path = join(place.folder, "f.py")
  place.recorder.event(message(REPLY))
  place.recorder.beforeCall("edit", "call_1", { filePath: path })
  place.recorder.event(
    tool("edit", {
      status: "error",
      input: { filePath: path },
      error: "not found",
      time: { start: 1, end: 2 },
    }),
  )
  place.recorder.flush()
  assert.deepEqual(place.edits(), [])
  const [, failed] = place.items()
  assert.deepEqual([failed.status, failed.text, failed.input], ["error", "not found", { filePath: path }])
  assert.equal(place.recorder.around.size, 0)
})

test("an edit is told although the version at hand never says that a call begins or ends", () => {
  const { recorder, edits } = recording()
  recorder.event(message(REPLY))
  recorder.event(
    tool(
      "edit",
      completed(
        { filePath: "/w/f.py", oldString: "a", newString: "b" },
        { diff: "@@ -1,1 +1,1 @@\n-a\n+b\n" },
      ),
    ),
  )
  assert.ok(edits()[0].diff.endsWith("--- a/f.py\n+++ b/f.py\n@@ -1,1 +1,1 @@\n-a\n+b\n"))
})

test("a file outside the session's folder keeps its whole path", () => {
  const { recorder, edits } = recording()
  recorder.event(message(REPLY))
  recorder.event(
    tool(
      "edit",
      completed(
        { filePath: "/elsewhere/f.py", oldString: "a", newString: "b" },
        { diff: "@@ -1,1 +1,1 @@\n-a\n+b\n" },
      ),
    ),
  )
  assert.ok(edits()[0].diff.startsWith("diff --git a//elsewhere/f.py b//elsewhere/f.py\n"))
})

test("no process is started while a call runs: what it did is told a moment later", async () => {
  const { recorder, calls } = recording()
  recorder.event(message(REPLY))
  const input = { filePath: "/w/f.py", oldString: "a", newString: "b" }
  recorder.event(tool("edit", completed(input, { diff: "@@ -1,1 +1,1 @@\n-a\n+b\n" })))
  assert.deepEqual(calls, [])
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.deepEqual(
    calls.map(([command]) => command),
    ["conversation-trace", "diff-trace"],
  )
})

test("the same finished call seen twice is told once", () => {
  const place = recording()
  const path = join(place.folder, "f.py")
  const input = { filePath: path, content: "a\n" }
  const seen = call(place, "write", input, () => writeFileSync(path, "a\n"), {
    filepath: path,
    exists: false,
  })
  place.recorder.event(tool("write", completed(input, { filepath: path, exists: false }), seen))
  assert.equal(place.edits().length, 1)
})

test("what a fork repeats of another session is not told", () => {
  const { recorder, items, edits } = recording()
  recorder.event(session({ ...SESSION, time: { created: 5000, updated: 5000 } }))
  recorder.event(message(REPLY))
  const input = { filePath: "/w/f.py", oldString: "a", newString: "b" }
  recorder.event(tool("edit", completed(input, { diff: "@@ -1,1 +1,1 @@\n-a\n+b\n" })))
  assert.deepEqual([edits(), items()], [[], []])
  recorder.event(message({ ...REPLY, id: "msg_3", time: { created: 5000 } }))
  recorder.flush()
  assert.deepEqual(
    items().map((item) => item.message_id),
    ["msg_3"],
  )
})

test("a call that OpenCode mentions again later is not told with what its file is by then", () => {
  const place = recording()
  const path = join(place.folder, "f.py")
  const input = { filePath: path, oldString: "", newString: "a\n" }
  const seen = call(place, "edit", input, () => writeFileSync(path, "a\n"), { filediff: { file: path } })
  writeFileSync(path, "a\nby hand\n")
  place.recorder.event(tool("edit", completed(input, { filediff: { file: path } }), seen))
  assert.deepEqual(
    place.edits().map((edit) => edit.after),
    ["a\n"],
  )
})

test("turned off it hooks into nothing", async () => {
  for (const word of ["1", "true", " Yes ", "on"]) {
    process.env.BYLINE_DISABLED = word
    assert.deepEqual(await Byline({ directory: tmpdir() }), {})
  }
  delete process.env.BYLINE_DISABLED
})

test("however often it is made, the process gets one listener", async () => {
  const before = process.listenerCount("exit")
  const made = []
  for (let number = 0; number < 20; number++) made.push(await Byline({ directory: tmpdir() }))
  assert.ok(process.listenerCount("exit") - before <= 1)
  for (const hooks of made) await hooks.dispose()
})

test("no hook throws, whatever OpenCode hands to it", async () => {
  const hooks = await Byline({ directory: tmpdir() })
  const odd = [undefined, null, {}, { type: "message.updated" }, { type: "message.updated", properties: {} }]
  for (const event of [
    ...odd,
    { type: "message.part.updated", properties: { part: null } },
    { type: "session.updated", properties: { info: 1 } },
  ]) {
    await hooks.event({ event })
    await hooks["tool.execute.before"]({ tool: "edit", sessionID: "s", callID: "c" }, { args: event })
    await hooks["tool.execute.after"]({ tool: "edit", sessionID: "s", callID: "c", args: event }, {})
  }
  await hooks.dispose()
})

test("messages and calls are kept within bounds", () => {
  const { recorder } = recording()
  for (let number = 0; number < 600; number++) recorder.event(message({ ...USER, id: `msg_${number}` }))
  for (let number = 0; number < 60; number++)
    recorder.beforeCall("write", `call_${number}`, { filePath: "/none" })
  assert.deepEqual([recorder.messages.size, recorder.around.size], [500, 50])
  recorder.flush()
})

test("a shell call is told of before and after it, by whom it was made, and waited for; no other call is", async () => {
  const { recorder, folder, looks } = recording()
  recorder.event(message(REPLY))
  recorder.event(tool("bash", { status: "running", input: {}, time: { start: 1 } }))
  const call = { tool: "bash", callID: "call_1", sessionID: "ses_1" }
  const command = { command: "sed -i s/a/b/ notes.txt" }
  await recorder.shellCall("PreToolUse", call, command)
  await recorder.shellCall("PostToolUse", call)
  await recorder.shellCall("PreToolUse", { ...call, tool: "read" })
  const by = { message_id: "msg_2", model: "anthropic/claude-opus-4-6" }
  const place = {
    cwd: folder,
    session_id: "ses_1",
    tool_name: "bash",
    tool_use_id: "call_1",
  }
  assert.deepEqual(looks, [
    { hook_event_name: "PreToolUse", ...place, tool_input: command, ...by },
    { hook_event_name: "PostToolUse", ...place, tool_input: {}, ...by },
  ])
})

test("a shell call that failed is over too", () => {
  const { recorder, looks } = recording()
  recorder.event(message(REPLY))
  recorder.event(tool("bash", { status: "error", input: {}, error: "aborted", time: { start: 1, end: 2 } }))
  assert.deepEqual(
    looks.map((look) => [look.hook_event_name, look.tool_use_id]),
    [["PostToolUseFailure", "call_1"]],
  )
})
