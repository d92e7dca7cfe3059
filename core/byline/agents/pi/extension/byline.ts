/**
 * Byline's extension for Pi: tells `byline-ingest` what is said and edited, as it happens.
 *
 * `byline setup` puts it into Pi's extensions folder, with `telling.ts` in it as one file. What it sends
 * carries the ids of Pi's own session file, so that a later `byline import` of it finds nothing new. The
 * agent never waits for it: payloads go to detached processes, and whatever fails here stays here
 * (`byline import` brings it later).
 */
import { homedir } from "node:os"
import { isAbsolute, relative, resolve } from "node:path"
import type { ExtensionAPI, ExtensionContext, SessionEntry } from "@earendil-works/pi-coding-agent"
import {
  changed,
  defined,
  disabled,
  looker,
  patiently,
  quietly,
  readText,
  sender,
  Sent,
  written,
  type Json,
  type Look,
  type Send,
  type Told,
} from "../../telling.ts"

/** The absolute path of `byline-ingest`, written here by `byline setup`; empty: it is found on PATH. */
const BYLINE_INGEST = ""

/** A message of Pi's as its session file has it; fields that are not told apart here are left out. */
interface Said {
  role: string
  content?: unknown
  timestamp?: number
  provider?: string
  model?: string
  usage?: Json
  errorMessage?: string
  toolCallId?: string
  isError?: boolean
  summary?: string
  sections?: Json
  command?: string
  output?: string
  exitCode?: number
  cancelled?: boolean
}

/** A call that has been made, with the message it was made in. */
interface Call {
  messageID: string
  time: number
  tool: string
  input: unknown
  model: string | undefined
}

/** An edit that is to be sent once the message of its call is known. */
interface Pending {
  callID: string
  tool: string
  time: number
  told: Told
}

/** What Pi's events say of a call. */
interface ToolCall {
  toolName: string
  toolCallId: string
  input: Json
}

const BATCH_MS = 150

/** Follows one session of Pi and sends what is new in it. */
class Recorder {
  before = new Map<string, string | null | undefined>()
  calls = new Map<string, Call>()
  messageOf = new Map<string, string | undefined>()
  edits: Pending[] = []
  read = 0
  timer: ReturnType<typeof setTimeout> | undefined
  send: Send
  look: Look
  sent = new Sent()
  context: ExtensionContext

  /** What the session holds already was recorded when it was said, or is for `byline import`. */
  constructor(send: Send, look: Look, context: ExtensionContext) {
    this.send = send
    this.look = look
    this.context = context
    this.items()
  }

  /** Take note of the file that a call is about to change. */
  beforeCall(tool: string, callID: string, input: Json): void {
    const path = this.path(tool, input)
    if (path !== undefined) this.before.set(callID, readText(path))
  }

  /** Take note of what a call did to its file. */
  afterCall(tool: string, callID: string, input: Json, details: unknown, failed: boolean): void {
    const path = this.path(tool, input)
    const before = this.before.get(callID)
    this.before.delete(callID)
    if (path === undefined || failed) return
    const below = relative(this.context.cwd, path)
    const name = below.startsWith("..") || isAbsolute(below) ? path : below.replaceAll("\\", "/")
    const { patch } = (details ?? {}) as { patch?: unknown }
    const after = tool === "write" ? input["content"] : readText(path)
    let told: Told | undefined
    if (typeof patch === "string") told = changed(name, patch, before, after as string | null | undefined)
    else if (typeof after === "string" && before !== undefined) told = written(name, before, after)
    if (told) this.edits.push({ callID, tool, time: Date.now(), told })
    this.soon()
  }

  /** Have the work tree looked at before or after a shell call; other calls are not waited for. */
  async shellCall(name: string, tool: string, callID: string, input: Json): Promise<void> {
    if (tool !== "bash") return
    const { cwd, sessionManager } = this.context
    const made = [...sessionManager.getEntries()].reverse().find((entry) => {
      const said = entry.type === "message" ? (entry.message as Said) : undefined
      const calls = said?.role === "assistant" ? blocks(said.content) : []
      return calls.some((block) => block["type"] === "toolCall" && block["id"] === callID)
    })
    const model = made?.type === "message" ? modelOf(made.message as Said) : undefined
    const place = { session_id: sessionManager.getSessionId(), cwd, tool_name: tool, tool_use_id: callID }
    const by = defined({ message_id: made?.id, model })
    await this.look({ hook_event_name: name, ...place, tool_input: input, ...by })
  }

  /** The file that an edit tool names. */
  path(tool: string, input: Json): string | undefined {
    const path = input["path"] ?? input["file_path"]
    if (!["edit", "write"].includes(tool) || typeof path !== "string") return undefined
    return resolve(this.context.cwd, path.replace(/^~(?=\/|$)/, homedir()))
  }

  /** Send what is new, in a moment: what was said is in the session only after the event that tells of it. */
  soon(): void {
    this.timer ??= setTimeout(() => quietly(() => this.flush()), BATCH_MS)
    this.timer.unref?.()
  }

  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const payloads = this.items().filter((item) => {
      const key = [item["message_id"], item["part_id"] ?? ""].join(":")
      return this.sent.isNew(key, item)
    })
    if (payloads.length) this.send("conversation-trace", JSON.stringify({ tool_name: "pi", payloads }))
    const edits = this.edits.splice(0).map((edit) => JSON.stringify(this.editPayload(edit)))
    if (edits.length) this.send("diff-trace", edits.join("\n"))
  }

  editPayload({ callID, tool, time, told }: Pending): Json {
    const call = this.calls.get(callID)
    const { cwd, sessionManager } = this.context
    const place = {
      sessionID: sessionManager.getSessionId(),
      time,
      tool_name: "pi",
      tool,
      tool_call_id: callID,
      cwd,
    }
    return { ...place, ...defined({ message_id: call?.messageID, model_id: call?.model }), ...told }
  }

  /** The items of the entries that have come since, as the importer of Pi's session files makes them. */
  items(): Json[] {
    const entries = this.context.sessionManager.getEntries()
    const items: Json[] = []
    for (const entry of entries.slice(this.read)) {
      // One entry that is not as it should be costs only itself.
      quietly(() => items.push(...this.entry(entry)))
      if (!this.messageOf.has(entry.id)) this.messageOf.set(entry.id, this.parent(entry))
    }
    this.read = entries.length
    return items
  }

  parent(entry: SessionEntry): string | undefined {
    return entry.parentId ? this.messageOf.get(entry.parentId) : undefined
  }

  entry(entry: SessionEntry): Json[] {
    if (entry.type === "message") return this.message(entry, entry.message as Said)
    if (entry.type === "compaction" || entry.type === "branch_summary") {
      return this.plain(entry, "compaction", entry.summary)
    }
    if (entry.type === "custom_message") return this.plain(entry, "injected", textOf(entry.content))
    return []
  }

  message(entry: SessionEntry, said: Said): Json[] {
    if (said.role === "assistant") return this.reply(entry, said)
    if (said.role === "toolResult") return this.result(entry, said)
    if (said.role === "bashExecution") return this.command(entry, said)
    if (said.role === "user") {
      return [
        this.head(entry, said, "user"),
        ...blocks(said.content).flatMap((block, index) => this.block(entry, said, block, index)),
      ]
    }
    const sections = Object.values(said.sections ?? {}).filter((text) => typeof text === "string" && text)
    const text = textOf(said.content) || said.summary || sections.join("\n\n")
    return this.plain(entry, said.role === "compactionSummary" ? "compaction" : "injected", text, said)
  }

  reply(entry: SessionEntry, said: Said): Json[] {
    const model = modelOf(said)
    const cost = (said.usage?.["cost"] as Json | undefined)?.["total"]
    const facts = {
      model_id: model,
      tokens: counts(said.usage),
      cost: typeof cost === "number" && cost > 0 ? cost : undefined,
    }
    const items = [{ ...this.head(entry, said, "assistant"), ...defined(facts) }]
    for (const [index, block] of blocks(said.content).entries()) {
      items.push(...this.block(entry, said, block, index))
      if (block["type"] !== "toolCall" || typeof block["id"] !== "string") continue
      const call = { tool: String(block["name"] ?? "tool"), input: block["arguments"], model }
      this.calls.set(block["id"], { messageID: entry.id, time: timeOf(entry, said), ...call })
    }
    if (said.errorMessage) {
      const part = {
        part_id: `${entry.id}:error`,
        part_type: "text",
        text: said.errorMessage,
        status: "error",
      }
      items.push({ ...this.part(entry, said), ...part })
    }
    return items
  }

  /** What a call gave back: it belongs to the call's own part. */
  result(entry: SessionEntry, said: Said): Json[] {
    const call = this.calls.get(said.toolCallId ?? "")
    if (!call) return []
    this.messageOf.set(entry.id, call.messageID)
    const part = {
      ...this.part(entry, said),
      message_id: call.messageID,
      generated_at_unix_ms: call.time,
      part_id: said.toolCallId,
      part_type: "tool",
      text: textOf(said.content),
      tool: call.tool,
      tool_call_id: said.toolCallId,
      status: said.isError === true ? "error" : "completed",
      ...defined({ input: call.input }),
    }
    return [part]
  }

  /** A command that the person ran with `!`. */
  command(entry: SessionEntry, said: Said): Json[] {
    const failed = said.cancelled === true || Boolean(said.exitCode)
    const told = { part_id: `${entry.id}:0`, part_type: "text", text: `! ${said.command ?? ""}` }
    const ran = {
      part_id: `${entry.id}:1`,
      part_type: "tool",
      text: said.output ?? "",
      tool: "bash",
      input: { command: said.command ?? "" },
      status: failed ? "error" : "completed",
    }
    const part = this.part(entry, said)
    return [this.head(entry, said, "user"), { ...part, ...told }, { ...part, ...ran }]
  }

  /** What an extension or Pi itself says. */
  plain(entry: SessionEntry, kind: string, text: string | undefined, said?: Said): Json[] {
    if (!text) return []
    const part = { part_id: `${entry.id}:0`, part_type: "text", text }
    return [
      { ...this.head(entry, said, "user"), kind },
      { ...this.part(entry, said), ...part },
    ]
  }

  block(entry: SessionEntry, said: Said, block: Json, index: number): Json[] {
    const part = { ...this.part(entry, said), part_id: `${entry.id}:${index}` }
    const type = block["type"]
    if (type === "text") return [{ ...part, part_type: "text", text: String(block["text"] ?? "") }]
    if (type === "thinking") {
      return block["thinking"] ? [{ ...part, part_type: "reasoning", text: String(block["thinking"]) }] : []
    }
    if (type !== "toolCall") return [{ ...part, part_type: "file", text: fileLine(block) }]
    const call = {
      tool: String(block["name"] ?? "tool"),
      ...defined({ input: block["arguments"], tool_call_id: block["id"] }),
    }
    return [{ ...part, part_id: String(block["id"] ?? part.part_id), part_type: "tool", text: "", ...call }]
  }

  head(entry: SessionEntry, said: Said | undefined, role: "user" | "assistant"): Json {
    const { sessionManager, cwd } = this.context
    this.messageOf.set(entry.id, entry.id)
    const forked = sessionManager.getHeader()?.parentSession
    // A path on the machine where it was forked: <time>_<id>.jsonl.
    const parent = forked
      ?.replaceAll("\\", "/")
      .split("/")
      .at(-1)
      ?.replace(/\.jsonl$/, "")
      .split("_")
      .at(-1)
    const facts = {
      parent_id: this.parent(entry),
      cwd,
      title: sessionManager.getSessionName(),
      parent_session_id: parent,
    }
    return { ...this.part(entry, said), type: "message", role, ...defined(facts) }
  }

  /** What every part of an entry begins with. */
  part(entry: SessionEntry, said: Said | undefined): Json {
    const place = { session_id: this.context.sessionManager.getSessionId(), message_id: entry.id }
    return { type: "message.part", ...place, generated_at_unix_ms: timeOf(entry, said) }
  }
}

/** The model of a reply, with its provider in front. */
function modelOf(said: Said): string | undefined {
  return said.model ? [said.provider, said.model].filter(Boolean).join("/") : undefined
}

/** When an entry was said, in Unix milliseconds. */
function timeOf(entry: SessionEntry, said: Said | undefined): number {
  return Math.trunc(said?.timestamp ?? Date.parse(entry.timestamp))
}

function blocks(content: unknown): Json[] {
  if (typeof content === "string") return [{ type: "text", text: content }]
  return Array.isArray(content) ? content.filter((block) => typeof block === "object" && block !== null) : []
}

/** The text of a string or of blocks; pictures as one line each. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content
  return blocks(content)
    .map((block) => (typeof block["text"] === "string" && block["text"]) || fileLine(block))
    .join("\n")
}

/** One line that says what a picture or an unknown block is; its data is not sent. */
function fileLine(block: Json): string {
  const size = typeof block["data"] === "string" ? Math.floor((block["data"].length * 3) / 4) : undefined
  const words = [
    block["mimeType"] ?? block["type"] ?? "block",
    size === undefined ? "" : `${size.toLocaleString("en")} bytes`,
  ]
  return words.filter(Boolean).join(", ")
}

function counts(usage: Json | undefined): Json | undefined {
  const names = { input: "input", output: "output", cacheRead: "cache_read", cacheWrite: "cache_write" }
  const found = Object.entries(names).map(([name, ours]) => [ours, usage?.[name]] as const)
  const whole = found.filter(([, count]) => Number.isInteger(count) && (count as number) >= 0)
  return whole.length ? Object.fromEntries(whole) : undefined
}

/** The extension. */
export default function byline(pi: ExtensionAPI): void {
  if (disabled()) return
  let recorder: Recorder | undefined
  const begin = (context: ExtensionContext) =>
    (recorder ??= new Recorder(
      sender(BYLINE_INGEST, context.cwd),
      looker(BYLINE_INGEST, "pi", context.cwd),
      context,
    ))
  const soon = (context: ExtensionContext) => quietly(() => begin(context).soon())
  pi.on("session_start", (_event, context) => quietly(() => begin(context)))
  pi.on("message_end", (_event, context) => soon(context))
  pi.on("turn_end", (_event, context) => soon(context))
  pi.on("session_compact", (_event, context) => soon(context))
  const look = (context: ExtensionContext, name: string, call: ToolCall) =>
    patiently(() => begin(context).shellCall(name, call.toolName, call.toolCallId, call.input))
  pi.on("tool_call", async (event, context) => {
    quietly(() => begin(context).beforeCall(event.toolName, event.toolCallId, event.input as Json))
    await look(context, "PreToolUse", event as ToolCall)
  })
  pi.on("tool_result", async (event, context) => {
    quietly(() =>
      begin(context).afterCall(event.toolName, event.toolCallId, event.input, event.details, event.isError),
    )
    await look(context, "PostToolUse", event as ToolCall)
  })
  pi.on("agent_end", (_event, context) => quietly(() => begin(context).flush()))
  pi.on("session_shutdown", () =>
    quietly(() => {
      recorder?.flush()
      // The next session has a context of its own.
      recorder = undefined
    }),
  )
}

/** For the tests. */
export { Recorder }
