/**
 * What the plugin for OpenCode and the extension for Pi have in common: telling `byline-ingest`.
 *
 * Both are installed as one file each, which has to stand alone: `byline.agents.plugin_file` puts this text
 * where they import it. Names imported here must not be imported there as well.
 */
import { spawn } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { closeSync, existsSync, openSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Sends one payload (JSON, or JSON Lines) to a command of `byline-ingest`. */
export type Send = (command: "conversation-trace" | "diff-trace", payload: string) => void

export type Json = Record<string, unknown>

/** The values that there are. */
export function defined(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ""))
}

/** Whether the environment turns Byline off. */
export function disabled(): boolean {
  return ["1", "true", "yes", "on"].includes((process.env["BYLINE_DISABLED"] ?? "").trim().toLowerCase())
}

/**
 * A sender that starts one process per payload and waits for none.
 *
 * `installed` is the absolute path of `byline-ingest`; empty, or gone: it is looked for on PATH.
 *
 * The payload is the process's standard input as a file that has no name any more: a pipe would be cut
 * short when the agent exits just then.
 */
export function sender(installed: string, cwd: string): Send {
  const binary = installed && existsSync(installed) ? installed : "byline-ingest"
  return (command, payload) => {
    const name = join(tmpdir(), `byline-${randomUUID()}`)
    writeFileSync(name, payload, { mode: 0o600, flag: "wx" })
    let input: number | undefined
    try {
      input = openSync(name, "r")
      unlinkSync(name)
      const child = spawn(binary, [command, "--defer"], {
        cwd,
        detached: true,
        stdio: [input, "ignore", "ignore"],
        windowsHide: true,
      })
      child.on("error", () => undefined)
      child.unref()
    } finally {
      if (input !== undefined) closeSync(input)
    }
  }
}

/** Has the work tree looked at around a shell call; done when that is, or has taken too long. */
export type Look = (event: Json) => Promise<void>

/** The agent waits no longer for a look than this, in milliseconds; `byline-ingest` itself gives up before. */
const LONGEST_LOOK = 2000

/** What looks at the work tree: `byline-ingest`, told of a shell call as hooks of other agents tell it. */
export function looker(installed: string, agent: string, cwd: string): Look {
  const binary = installed && existsSync(installed) ? installed : "byline-ingest"
  return (event) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, LONGEST_LOOK)
      const done = () => {
        clearTimeout(timer)
        resolve()
      }
      try {
        const child = spawn(binary, ["hook", "--agent", agent, "--defer"], {
          cwd,
          stdio: ["pipe", "ignore", "ignore"],
          windowsHide: true,
        })
        child.on("error", done)
        child.on("exit", done)
        child.stdin.on("error", () => undefined)
        child.stdin.end(JSON.stringify(event))
      } catch {
        done()
      }
    })
}

/** Do what Byline does for a hook. A mistake of ours must cost the agent nothing. */
export function quietly(work: () => unknown): void {
  try {
    work()
  } catch {
    // What is not recorded now, `byline import` reads from the agent's own history.
  }
}

/** The same for what an agent waits for. */
export async function patiently(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch {
    // As above.
  }
}

const REMEMBERED = 10_000

/** What was sent already, by its key and the hash of its content: the same again is not sent. */
export class Sent {
  hashes = new Map<string, string>()

  /** Whether this content is new under this key; it is remembered. The time it was seen at is no content. */
  isNew(key: string, item: Json): boolean {
    const { generated_at_unix_ms: _, ...content } = item
    const hash = createHash("sha1").update(JSON.stringify(content)).digest("base64")
    if (this.hashes.get(key) === hash) return false
    this.hashes.delete(key)
    this.hashes.set(key, hash)
    // The oldest goes: to send it again does no harm.
    if (this.hashes.size > REMEMBERED) this.hashes.delete(this.hashes.keys().next().value as string)
    return true
  }
}

const LARGEST_FILE = 4 * 1024 * 1024

/** A file's text; null when there is none, undefined when it is not to be had as text. */
export function readText(path: string): string | null | undefined {
  try {
    const found = statSync(path)
    if (!found.isFile() || found.size > LARGEST_FILE) return undefined
    const bytes = readFileSync(path)
    const text = bytes.toString("utf8")
    return Buffer.from(text, "utf8").equals(bytes) ? text : undefined
  } catch (error) {
    return (error as { code?: string }).code === "ENOENT" ? null : undefined
  }
}

/** The lines of a text, which end at "\n" only; the last one may lack it. */
export function lines(text: string): string[] {
  const found = text.split("\n")
  if (found.at(-1) === "") found.pop()
  return found
}

export type Kind = "added" | "modified" | "deleted"

/** A unified diff of one file, with the headers that git writes. */
export function unified(path: string, kind: Kind, hunks: string, oldPath = path): string {
  const quoted = (name: string) => {
    if (!/["\\\x00-\x1f\x7f]/.test(name)) return name
    const octal = (char: string) => "\\" + char.charCodeAt(0).toString(8).padStart(3, "0")
    return `"${name.replace(/["\\]/g, "\\$&").replace(/[\x00-\x1f\x7f]/g, octal)}"`
  }
  const header = (name: string) => (name.includes(" ") && !name.startsWith('"') ? `${name}\t` : name)
  const [before, after] = [quoted(`a/${oldPath}`), quoted(`b/${path}`)]
  const out = [`diff --git ${before} ${after}`]
  if (kind === "added") out.push("new file mode 100644")
  if (kind === "deleted") out.push("deleted file mode 100644")
  if (oldPath !== path) out.push(`rename from ${quoted(oldPath)}`, `rename to ${quoted(path)}`)
  if (hunks) {
    out.push(`--- ${kind === "added" ? "/dev/null" : header(before)}`)
    out.push(`+++ ${kind === "deleted" ? "/dev/null" : header(after)}`, hunks.replace(/\n+$/, ""))
  }
  return out.join("\n") + "\n"
}

/** One hunk from one content to another: what lies between the lines that are equal at both ends. */
export function replacement(before: string, after: string): string {
  const [old, now] = [lines(before), lines(after)]
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head++
  let tail = 0
  const most = Math.min(old.length, now.length) - head
  while (tail < most && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++
  const [removed, added] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)]
  if (!removed.length && !added.length) return ""
  // With a count of 0 a header names the line before the place.
  const at = (count: number) => `${head + (count ? 1 : 0)},${count}`
  const body = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)]
  return [`@@ -${at(removed.length)} +${at(added.length)} @@`, ...body].join("\n")
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** What a line of a file has before the line that a diff for showing has of it; undefined for another line. */
function indentation(full: string | undefined, shown: string): string | undefined {
  const [bare, end] = [full?.replace(/\r$/, ""), shown.replace(/\r$/, "")]
  const taken = bare?.endsWith(end) ? bare.slice(0, bare.length - end.length) : undefined
  return taken?.trim() === "" ? taken : undefined
}

/**
 * An agent's own hunks with whole lines, and whether they are all that lies between the two contents.
 *
 * Agents show diffs with the common indentation taken off and line ends made alike; the file has the lines
 * as they are. Null when the file has others there: somebody else has changed it meanwhile.
 */
export function restored(
  diff: string,
  before: string,
  after: string,
): { hunks: string; whole: boolean } | null {
  const [old, now] = [lines(before), lines(after)]
  const out: string[] = []
  let [atOld, atNew, whole] = [0, 0, true]
  const skipTo = (startOld: number, startNew: number) => {
    const [gapOld, gapNew] = [old.slice(atOld, startOld), now.slice(atNew, startNew)]
    whole &&= gapOld.length === gapNew.length && gapOld.every((line, index) => line === gapNew[index])
    ;[atOld, atNew] = [startOld, startNew]
  }
  for (const line of lines(diff)) {
    const head = HUNK.exec(line)
    const [mark, shown] = [line[0], line.slice(1)]
    if (head) {
      skipTo(Number(head[1]) - (head[2] === "0" ? 0 : 1), Number(head[3]) - (head[4] === "0" ? 0 : 1))
      out.push(line)
    } else if (!out.length || mark === "\\") {
      continue // the headers above, and the note that a last line has no end
    } else {
      const full = mark === "-" ? old[atOld] : now[atNew]
      if (indentation(full, shown) === undefined) return null
      if (mark === " " && indentation(old[atOld], shown) === undefined) return null
      out.push(`${mark}${full}`)
      atOld += mark === "+" ? 0 : 1
      atNew += mark === "-" ? 0 : 1
    }
  }
  skipTo(old.length, now.length)
  return { hunks: out.join("\n"), whole }
}

/**
 * An agent's own hunks with the indentation that was taken off them, where only the content afterwards is known
 * for certain: what was there before is shown with less of it by as much. Null when the file has other lines.
 */
export function indented(diff: string, after: string): string | null {
  const now = lines(after)
  let at = 0
  let taken: string | undefined
  for (const line of lines(diff)) {
    const head = HUNK.exec(line)
    if (head) at = Number(head[3]) - (head[4] === "0" ? 0 : 1)
    else if (line[0] === " " || line[0] === "+") {
      const found = indentation(now[at++], line.slice(1))
      if (found === undefined) return null
      if (line.slice(1).trim()) taken ??= found
    }
  }
  const whole = (line: string) =>
    /^[-+ ].*\S/.test(line) ? `${line[0]}${taken ?? ""}${line.slice(1)}` : line
  return lines(diff).map(whole).join("\n")
}

/** The hunks of a diff, without the headers above them. */
export function hunksOf(diff: string): string {
  return diff.slice(/^@@ /m.exec(diff)?.index ?? diff.length)
}

/** What an edit is told by: a unified diff and, where they are known to be its doing alone, both contents. */
export interface Told {
  diff: string
  before?: string | null
  after?: string
}

/** A file written whole over what was there (null: nothing); undefined when it is as it was. */
export function written(path: string, before: string | null, after: string): Told | undefined {
  if (before === after) return undefined
  const hunks = replacement(before ?? "", after)
  return { diff: unified(path, before === null ? "added" : "modified", hunks), before, after }
}

/** A file changed as the agent's own diff says, checked against its contents before and after. */
export function changed(
  path: string,
  diff: string,
  before: string | null | undefined,
  after: string | null | undefined,
  oldPath = path,
): Told | undefined {
  const hunks = hunksOf(diff)
  if (!hunks && oldPath === path) return undefined
  const found =
    typeof before === "string" && typeof after === "string" ? restored(hunks, before, after) : null
  const shown = found?.hunks ?? (typeof after === "string" ? indented(hunks, after) : null) ?? hunks
  const told = { diff: unified(path, "modified", shown, oldPath) }
  const alone = found?.whole && oldPath === path
  return alone ? { ...told, before: before as string, after: after as string } : told
}
