/**
 * Byline's plugin for OpenCode: tells `byline-ingest` what is said and edited, as it happens.
 *
 * `byline setup` puts it into OpenCode's plugin folder, with `telling.ts` in it as one file. What it sends
 * carries OpenCode's own ids, so that a later `byline import` of the same session finds nothing new. The
 * agent never waits for it: payloads go to detached processes, and whatever fails here stays here
 * (`byline import` brings it later).
 *
 * OpenCode calls every function that a plugin file exports: `Byline` is the only one.
 */
import { isAbsolute, relative, resolve } from "node:path"
import type { Plugin } from "@opencode-ai/plugin"
import type { Event, FilePart, Message, Part, Session, ToolPart } from "@opencode-ai/sdk"
import {
  changed,
  defined,
  disabled,
  hunksOf,
  looker,
  patiently,
  quietly,
  readText,
  replacement,
  restored,
  sender,
  Sent,
  unified,
  written,
  type Json,
  type Look,
  type Send,
  type Told,
} from "../../telling.ts"

/** The absolute path of `byline-ingest`, written here by `byline setup`; empty: it is found on PATH. */
const BYLINE_INGEST = ""

/** What a message is known by so far. */
interface Known {
  info: Message
  parts: Map<string, Part>
}

/** The contents of a file around a call. */
interface Around {
  before: string | null | undefined
  after?: string | null | undefined
}

interface SummaryDiff {
  file?: string
  patch?: string
  before?: string
  after?: string
  status?: string
}

const SHELL_TOOLS = ["bash"]
const EDIT_TOOLS = ["edit", "write", "apply_patch", "patch"]
const UNNAMED = /^(New|Child) session - \d{4}-\d\d-\d\dT[\d:.]+Z?$/
const BATCH_MS = 150
const MESSAGES_KEPT = 500
const CALLS_KEPT = 50

/** Follows the events of one OpenCode and sends what is new in them. */
class Recorder {
  sessions = new Map<string, Session>()
  messages = new Map<string, Known>()
  changedMessages = new Set<string>()
  around = new Map<string, Map<string, Around>>()
  edits: string[] = []
  timer: ReturnType<typeof setTimeout> | undefined
  send: Send
  look: Look
  sent: Sent
  directory: string

  constructor(send: Send, look: Look, sent: Sent, directory: string) {
    this.send = send
    this.look = look
    this.sent = sent
    this.directory = directory
  }

  event(event: Event): void {
    if (event.type === "session.created" || event.type === "session.updated") {
      this.session(event.properties.info)
    } else if (event.type === "message.updated") {
      this.message(event.properties.info)
    } else if (event.type === "message.part.updated") {
      this.part(event.properties.part)
    } else if (event.type === "session.idle" || event.type === "session.error") {
      this.flush()
    }
  }

  session(info: Session): void {
    const known = this.sessions.get(info.id)
    this.sessions.set(info.id, info)
    if (known?.title === info.title && known.version === info.version) return
    // A session's facts travel with its messages.
    const first = [...this.messages.values()].find((message) => message.info.sessionID === info.id)
    if (first) this.touch(first.info.id)
  }

  message(info: Message): void {
    const since = this.sessions.get(info.sessionID)?.time.created
    // A fork repeats what another session said and did: what is older than its session is a copy.
    if (since !== undefined && info.time.created < since) return
    const known = this.messages.get(info.id)
    this.messages.set(info.id, { info, parts: known?.parts ?? new Map<string, Part>() })
    if (this.messages.size > MESSAGES_KEPT) this.messages.delete(this.messages.keys().next().value as string)
    this.touch(info.id)
  }

  part(part: Part): void {
    const message = this.messages.get(part.messageID)
    if (!message) return
    const known = message.parts.get(part.id)
    message.parts.set(part.id, part)
    this.touch(part.messageID)
    // A finished call is told of again when OpenCode lets go of its output: the files have moved on since.
    if (part.type === "tool" && isFinished(part) && !(known && isFinished(known))) {
      this.call(part, message.info)
      this.around.delete(part.callID)
      // Of a call that failed nothing else tells that it is over.
      if (part.state.status === "error") void patiently(() => this.shellCall("PostToolUseFailure", part))
    }
  }

  /** Have the work tree looked at before or after a shell call; other calls are not waited for. */
  async shellCall(
    name: string,
    { tool, callID, sessionID }: { tool: string; callID: string; sessionID: string },
    args: Json = {},
  ): Promise<void> {
    if (!SHELL_TOOLS.includes(tool)) return
    const made = [...this.messages.values()].reverse().find(({ parts }) =>
      [...parts.values()].some((part) => part.type === "tool" && part.callID === callID),
    )
    const place = { session_id: sessionID, tool_name: tool, tool_use_id: callID, tool_input: args }
    const by = made ? { message_id: made.info.id, model: modelOf(made.info) } : {}
    await this.look({ hook_event_name: name, cwd: this.directory, ...place, ...defined(by) })
  }

  /** Take note of the files that a call is about to change. */
  beforeCall(tool: string, callID: string, args: Json): void {
    if (!EDIT_TOOLS.includes(tool)) return
    const found = new Map<string, Around>()
    for (const path of namedFiles(args)) {
      const full = resolve(this.directory, path)
      found.set(full, { before: readText(full) })
    }
    this.around.set(callID, found)
    // Of a call that was broken off there may be no further word.
    if (this.around.size > CALLS_KEPT) this.around.delete(this.around.keys().next().value as string)
  }

  /** Take note of the same files right after it. */
  afterCall(callID: string): void {
    for (const [path, known] of this.around.get(callID) ?? []) known.after = readText(path)
  }

  touch(messageID: string): void {
    this.changedMessages.add(messageID)
    this.timer ??= setTimeout(() => quietly(() => this.flush()), BATCH_MS)
    this.timer.unref?.()
  }

  /** Send what is new. To start a process takes milliseconds: no call waits for it, only the next request. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const payloads: Json[] = []
    const ids = [...this.changedMessages]
    this.changedMessages.clear()
    for (const id of ids) {
      // One message that is not as it should be costs only itself.
      quietly(() => {
        const message = this.messages.get(id)
        for (const item of message ? this.items(message) : []) {
          const key = [item["session_id"], item["message_id"], item["part_id"] ?? ""].join(":")
          if (this.sent.isNew(key, item)) payloads.push(item)
        }
      })
    }
    if (payloads.length) this.send("conversation-trace", JSON.stringify({ tool_name: "opencode", payloads }))
    const edits = this.edits.splice(0)
    if (edits.length) this.send("diff-trace", edits.join("\n"))
  }

  /** The items of a message and its parts, as the importer of OpenCode's own history makes them. */
  items(message: Known): Json[] {
    const { info } = message
    if (info.role === "assistant") {
      const kind = info.summary === true ? "compaction" : undefined
      const items = [this.messageItem(info, info.id, kind)]
      for (const part of message.parts.values()) {
        const item = partItem(info, info.id, part, isOver(part, info))
        if (item) items.push(item)
      }
      const error = info.error as { name?: string; data?: { message?: unknown } } | undefined
      const reason = error?.data?.message ?? error?.name
      if (typeof reason === "string" && reason) {
        const time = info.time.completed ?? info.time.created
        items.push({ ...head(info, info.id, "message.part", time), part_id: `${info.id}-error` })
        Object.assign(items.at(-1) as Json, { part_type: "text", text: reason, status: "error" })
      }
      return items
    }
    return [...this.prompt(message), ...this.observation(message)]
  }

  /** What a person typed; what the program put beside it is a message of its own. */
  prompt({ info, parts }: Known): Json[] {
    const all = [...parts.values()]
    const injected = all.filter(isInjected)
    const typed = all.filter((part) => !isInjected(part))
    const says = typed.some((part) => part.type === "text" || part.type === "file")
    const compacts = all.some((part) => (part.type as string) === "compaction")
    const kind = compacts ? "compaction" : injected.length && !says ? "injected" : undefined
    const items = [this.messageItem(info, info.id, kind)]
    const add = (messageID: string, part: Part) => {
      const item = partItem(info, messageID, part, true)
      if (item) items.push(item)
    }
    if (!says || !injected.length) {
      for (const part of all) add(info.id, part)
      return items
    }
    for (const part of typed) add(info.id, part)
    const apart = `${info.id}-injected`
    items.push({ ...this.messageItem(info, apart, "injected"), parent_id: info.id })
    for (const part of injected) add(apart, part)
    return items
  }

  /** All that changed since a prompt, by whomever: no edit, but what there was to see. */
  observation({ info }: Known): Json[] {
    const diffs = summaryDiffs(info)
    if (!diffs.length) return []
    const files: string[] = []
    for (const { file, status, patch, before, after } of diffs) {
      const kind = status === "added" || (status === undefined && before === "") ? "added" : status
      const hunks = patch !== undefined ? hunksOf(patch) : replacement(before ?? "", after ?? "")
      if (file) files.push(unified(file, kind === "added" || kind === "deleted" ? kind : "modified", hunks))
    }
    const id = `${info.id}-patch`
    const replies = [...this.messages.values()].map((other) => other.info)
    const times = replies.flatMap((reply) =>
      reply.role === "assistant" && reply.parentID === info.id
        ? [reply.time.completed ?? reply.time.created]
        : [],
    )
    const time = Math.max(info.time.created, ...times)
    const message = { ...this.messageItem(info, id, "observation"), role: "assistant", parent_id: info.id }
    const part = {
      ...head(info, id, "message.part", time),
      part_id: id,
      part_type: "patch",
      text: files.join(""),
    }
    return [{ ...message, generated_at_unix_ms: time }, part]
  }

  messageItem(info: Message, id: string, kind: string | undefined): Json {
    const session = this.sessions.get(info.sessionID)
    const reply = info.role === "assistant" ? info : undefined
    const tokens = reply && counts(reply.tokens)
    const own = id === info.id
    return {
      ...head(info, id, "message", info.time.created),
      role: info.role,
      ...defined({
        model_id: modelOf(info),
        parent_id: reply?.parentID,
        agent: (info as { agent?: string }).agent ?? reply?.mode,
        tokens: tokens && Object.values(tokens).some((count) => count > 0) ? tokens : undefined,
        cost: reply && reply.cost > 0 ? reply.cost : undefined,
        summary_diffs: own && summaryDiffs(info).length ? summaryDiffs(info) : undefined,
        kind,
        cwd: session?.directory ?? reply?.path.cwd,
        title: session?.title && !UNNAMED.test(session.title) ? session.title : undefined,
        parent_session_id: session?.parentID,
        tool_version: session?.version,
      }),
    }
  }

  /** Have the edits of a call that succeeded sent, each file's once. */
  call(part: ToolPart, info: Message): void {
    const state = part.state
    if (state.status !== "completed" || !EDIT_TOOLS.includes(part.tool)) return
    const session = this.sessions.get(info.sessionID)
    const cwd =
      (info.role === "assistant" ? info.path.cwd : undefined) ?? session?.directory ?? this.directory
    const found = this.around.get(part.callID) ?? new Map<string, Around>()
    for (const told of editsOf(part.tool, state.input, state.metadata, cwd, found)) {
      const payload = {
        sessionID: part.sessionID,
        time: state.time.end,
        tool_name: "opencode",
        tool: part.tool,
        tool_call_id: part.callID,
        message_id: part.messageID,
        cwd,
        ...defined({ model_id: modelOf(info), tool_version: session?.version }),
        ...told,
      }
      const { diff, ...rest } = payload
      const key = [part.sessionID, part.messageID, part.callID, diff.slice(0, diff.indexOf("\n"))].join(":")
      if (this.sent.isNew(key, { ...rest, diff })) this.edits.push(JSON.stringify(payload))
    }
  }
}

/** The files that the arguments of an edit tool name. */
function namedFiles(args: Json): string[] {
  const text = args["patchText"]
  if (typeof text === "string") {
    return [...text.matchAll(/^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/gm)].map((found) =>
      (found[1] as string).trim(),
    )
  }
  return typeof args["filePath"] === "string" ? [args["filePath"]] : []
}

/** What a completed call did to each of its files. */
function editsOf(
  tool: string,
  input: Json,
  metadata: Json,
  cwd: string,
  around: Map<string, Around>,
): Told[] {
  const name = (path: string) => {
    const below = relative(cwd, path)
    return below.startsWith("..") || isAbsolute(below) ? path : below.replaceAll("\\", "/")
  }
  const contents = (path: string): Around => {
    const known = around.get(path) ?? { before: undefined }
    return "after" in known ? known : { ...known, after: readText(path) }
  }
  const files = metadata["files"]
  if (tool === "apply_patch" || tool === "patch") {
    const found = Array.isArray(files) ? (files as Json[]) : []
    return found.flatMap((file) => patched(file, cwd, name, contents) ?? [])
  }
  const diff = metadata["filediff"] as { file?: string; patch?: string } | undefined
  const path = diff?.file ?? metadata["filepath"] ?? input["filePath"]
  if (typeof path !== "string") return []
  const full = resolve(cwd, path)
  const { before, after } = contents(full)
  if (tool === "write") {
    const content = input["content"]
    const old = metadata["exists"] === false ? null : before
    if (typeof content !== "string" || old === undefined) return []
    return [written(name(full), old, content) ?? []].flat()
  }
  if (input["oldString"] === "") {
    return typeof after === "string" ? [written(name(full), before ?? null, after) ?? []].flat() : []
  }
  const shown = diff?.patch ?? metadata["diff"]
  if (typeof shown === "string") return [changed(name(full), shown, before, after) ?? []].flat()
  const { before: first, after: last } = (diff ?? {}) as { before?: unknown; after?: unknown }
  return typeof first === "string" && typeof last === "string"
    ? [written(name(full), first, last) ?? []].flat()
    : []
}

/** What `apply_patch` did to one file. */
function patched(
  file: Json,
  cwd: string,
  name: (path: string) => string,
  contents: (path: string) => Around,
): Told | undefined {
  const path = file["filePath"]
  if (typeof path !== "string") return undefined
  const old = resolve(cwd, path)
  const target =
    typeof file["movePath"] === "string" && file["movePath"] ? resolve(cwd, file["movePath"]) : old
  const { before } = contents(old)
  const { after } = contents(target)
  const shown = [file["patch"], file["diff"]].find((diff) => typeof diff === "string") ?? ""
  if (file["type"] === "add") {
    // The patch may be shown without indentation: what is in the file now is what was added.
    return typeof after === "string" ? written(name(target), null, after) : undefined
  }
  if (file["type"] === "delete") {
    const hunks = typeof before === "string" ? replacement(before, "") : hunksOf(shown)
    return { diff: unified(name(old), "deleted", hunks) }
  }
  return changed(name(target), shown, before, after, name(old))
}

/** What every item of a message begins with; `time` is in Unix milliseconds. */
function head(info: Message, id: string, type: "message" | "message.part", time: number): Json {
  return { type, session_id: info.sessionID, message_id: id, generated_at_unix_ms: Math.trunc(time) }
}

/** A part as an item; undefined for what says nothing, or has not been said to its end. */
function partItem(info: Message, messageID: string, part: Part, over: boolean): Json | undefined {
  const item = (partType: string, text: string, more: Json = {}) => ({
    ...head(info, messageID, "message.part", partTime(part) ?? info.time.created),
    part_id: part.id,
    part_type: partType,
    text,
    ...more,
  })
  if (part.type === "text" || part.type === "reasoning") {
    return part.text && over ? item(part.type, part.text) : undefined
  }
  if (part.type === "file") return item("file", fileLine(part))
  if (part.type === "subtask") return item("text", part.prompt || part.description)
  if (part.type !== "tool") return undefined
  const { state } = part
  if (state.status !== "completed" && state.status !== "error") return undefined
  const questions = part.tool === "question" ? questionsOf(state.input, state.metadata) : undefined
  const output = state.status === "completed" ? state.output : state.error
  return item(questions ? "question" : "tool", questions ?? output ?? "", {
    tool: part.tool,
    tool_call_id: part.callID,
    status: state.status,
    input: state.input,
  })
}

/** The questions of the `question` tool with the answers given; undefined for another shape. */
function questionsOf(input: Json, metadata: Json | undefined): string | undefined {
  const asked = input["questions"]
  const given = metadata?.["answers"]
  if (!Array.isArray(asked)) return undefined
  const answer = (value: unknown) => {
    if (Array.isArray(value)) return value.join(", ") || null
    return value === undefined || value === null ? null : String(value)
  }
  const pairs = (asked as Json[]).flatMap((entry, index) =>
    typeof entry?.["question"] === "string"
      ? [{ question: entry["question"], answer: answer(Array.isArray(given) ? given[index] : undefined) }]
      : [],
  )
  return pairs.length ? JSON.stringify(pairs) : undefined
}

/** One line that says what an attached file is; the data of a `data:` URL is not sent. */
function fileLine(part: FilePart): string {
  const data = part.url.startsWith("data:") ? part.url.slice(part.url.indexOf(",") + 1) : undefined
  const size =
    data === undefined ? part.url : `${Math.floor((data.length * 3) / 4).toLocaleString("en")} bytes`
  return [part.filename, part.mime, size].filter(Boolean).join(", ") || "file"
}

/** Whether OpenCode put a part of a user's message there, not the person. */
function isInjected(part: Part): boolean {
  const marks = part as { synthetic?: boolean; ignored?: boolean }
  return part.type === "subtask" || marks.synthetic === true || marks.ignored === true
}

/** Whether a part is a call that is over, well or not. */
function isFinished(part: Part): boolean {
  return part.type === "tool" && ["completed", "error"].includes(part.state.status)
}

/** Whether nothing more will come of a part. */
function isOver(part: Part, info: Message): boolean {
  const time = (part as { time?: { end?: number } }).time
  const reply = info.role === "assistant" ? info : undefined
  return !time || time.end !== undefined || reply?.time.completed !== undefined || reply?.error !== undefined
}

function partTime(part: Part): number | undefined {
  const { time, state } = part as { time?: Json; state?: { time?: Json } }
  const found = time?.["created"] ?? time?.["start"] ?? state?.time?.["start"]
  return typeof found === "number" ? found : undefined
}

function summaryDiffs(info: Message): SummaryDiff[] {
  const summary = info.role === "user" ? info.summary : undefined
  return Array.isArray(summary?.diffs) ? (summary.diffs as SummaryDiff[]) : []
}

function modelOf(info: Message): string | undefined {
  if (info.role !== "assistant" || !info.modelID) return undefined
  return info.providerID ? `${info.providerID}/${info.modelID}` : info.modelID
}

function counts(tokens: {
  input: number
  output: number
  reasoning: number
  cache: Json
}): Record<string, number> {
  const { read, write } = (tokens?.cache ?? {}) as { read?: number; write?: number }
  const all = { input: tokens?.input, output: tokens?.output, reasoning: tokens?.reasoning }
  const found = Object.entries({ ...all, cache_read: read, cache_write: write })
  return Object.fromEntries(
    found.filter(([, count]) => Number.isInteger(count) && (count as number) >= 0),
  ) as Record<string, number>
}

/** What the instances of the plugin in this process have in common. */
interface Process {
  sent: Sent
  recorders: Set<Recorder>
}

/**
 * OpenCode makes a plugin once for every folder, and again when it reloads; a project may hold another copy of
 * it. All of them see the same events: what one has sent no other sends.
 */
function thisProcess(): Process {
  const key = Symbol.for("byline.opencode")
  const all = globalThis as unknown as Record<symbol, Process | undefined>
  const known = all[key]
  if (known) return known
  const made: Process = { sent: new Sent(), recorders: new Set() }
  process.once("exit", () => made.recorders.forEach((recorder) => quietly(() => recorder.flush())))
  return (all[key] = made)
}

const plugin: Plugin = async ({ directory }) => {
  if (disabled()) return {}
  const { sent, recorders } = thisProcess()
  const look = looker(BYLINE_INGEST, "opencode", directory)
  const recorder = new Recorder(sender(BYLINE_INGEST, directory), look, sent, directory)
  recorders.add(recorder)
  return {
    event: async ({ event }) => quietly(() => recorder.event(event)),
    "tool.execute.before": async (call, { args }) => {
      quietly(() => recorder.beforeCall(call.tool, call.callID, (args ?? {}) as Json))
      await patiently(() => recorder.shellCall("PreToolUse", call, (args ?? {}) as Json))
    },
    "tool.execute.after": async (call) => {
      quietly(() => recorder.afterCall(call.callID))
      await patiently(() => recorder.shellCall("PostToolUse", call))
    },
    dispose: async () => {
      recorders.delete(recorder)
      quietly(() => recorder.flush())
    },
  }
}

/** The plugin. What the tests look into hangs on it: another export would be called as a plugin. */
export const Byline = Object.assign(plugin, { Recorder })
