// What OpenCode's plugin costs one `edit` call: prints the milliseconds of every round, those that the call
// waits for and those in which it is told afterwards, as two JSON arrays.
// Run by tool_calls.py with the plugin, its common part, the program to tell, and the rounds as arguments.
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const [plugin, telling, program, rounds] = process.argv.slice(2)
const { Recorder } = (await import(plugin)).Byline
const { Sent, looker, sender } = await import(telling)

const folder = mkdtempSync(join(tmpdir(), "plugin-"))
const path = join(folder, "module.py")
const text = (number) =>
  Array.from({ length: 500 }, (_, line) => `line ${line === 250 ? number : line}\n`).join("")
const recorder = new Recorder(sender(program, folder), looker(program, "opencode", folder), new Sent(), folder)
recorder.event({
  type: "message.updated",
  properties: {
    info: {
      id: "msg_1", sessionID: "ses_1", role: "assistant", time: { created: 1 }, providerID: "a", modelID: "m",
      path: { cwd: folder, root: folder }, cost: 0, tokens: { input: 0, output: 0, reasoning: 0, cache: {} },
    },
  },
}) // prettier-ignore

const [inside, later] = [[], []]
for (let number = -3; number < Number(rounds); number++) {
  writeFileSync(path, text(number))
  const callID = `call_${number}`
  const input = { filePath: path, oldString: `line ${number}`, newString: `line ${number + 1}` }
  const diff = `@@ -251,1 +251,1 @@\n-line ${number}\n+line ${number + 1}\n`
  const part = {
    id: `prt_${number}`, sessionID: "ses_1", messageID: "msg_1", type: "tool", tool: "edit", callID,
    state: { status: "completed", input, output: "", title: "", metadata: { diff }, time: { start: 1, end: 2 } },
  } // prettier-ignore
  let begin = performance.now()
  recorder.beforeCall("edit", callID, input)
  let taken = performance.now() - begin
  writeFileSync(path, text(number + 1))
  begin = performance.now()
  recorder.afterCall(callID)
  recorder.event({ type: "message.part.updated", properties: { part } })
  taken += performance.now() - begin
  begin = performance.now()
  recorder.flush()
  const telling = performance.now() - begin
  if (number >= 0) {
    inside.push(taken)
    later.push(telling)
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
}
console.log(JSON.stringify([inside, later]))
