"""A Codex session gives the browser client a progress bar; Mia sets the pool size by hand meanwhile."""

from byline.demo.steps import (
    Commits,
    Edit,
    Formats,
    Look,
    Places,
    Prompt,
    Run,
    Say,
    Scene,
    Switch,
    Think,
    Types,
    Write,
)

PROGRESS_TS = """\
export interface Progress {
  sent: number;
  total: number;
}

export type Listener = (progress: Progress) => void;

export function percent({ sent, total }: Progress): number {
  return total === 0 ? 100 : Math.floor((sent / total) * 100);
}

export class ProgressBar {
  constructor(private readonly element: HTMLElement) {}

  show(progress: Progress): void {
    const value = percent(progress);
    this.element.setAttribute("aria-valuenow", String(value));
    this.element.style.setProperty("--done", `${value}%`);
    this.element.textContent = value < 100 ? `${value} %` : "Done";
  }
}
"""

CLIENT_TS = """\
import { Listener, ProgressBar } from "./progress";

export function upload(file: File, url: string, onProgress: Listener): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => onProgress({ sent: event.loaded, total: event.total });
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(new Error(`network error while sending ${file.name}`));
    request.open("PUT", url);
    request.send(file);
  });
}

export function attach(input: HTMLInputElement, bar: HTMLElement, url: string): void {
  const progressBar = new ProgressBar(bar);
  input.addEventListener("change", () => {
    for (const file of input.files ?? []) {
      void upload(file, `${url}/${encodeURIComponent(file.name)}`, (p) => progressBar.show(p));
    }
  });
}
"""

PROGRESS_CSS = """\
.progress {
  --done: 0%;
  background: linear-gradient(to right, var(--accent) var(--done), var(--rail) var(--done));
  border-radius: 4px;
  min-height: 1.5rem;
  transition: background 120ms linear;
}

@media (prefers-reduced-motion: reduce) {
  .progress {
    transition: none;
  }
}
"""

ICON = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00\x1f\xf3\xffa"

WEB: tuple[Scene, ...] = (
    Scene(
        4,
        "08:47",
        None,
        (
            Types(
                "uploader/cli.py",
                '    parser.add_argument("--url", required=True)\n',
                '    parser.add_argument("--url", required=True)\n'
                '    parser.add_argument("--attempts", type=int, default=5)\n',
            ),
            Types(
                "uploader/cli.py",
                "    status = send(options.file, options.url)\n",
                "    status = send(options.file, options.url, attempts=options.attempts)\n",
            ),
            Commits("Let the number of attempts be set"),
        ),
    ),
    Scene(
        4,
        "11:03",
        "browser",
        (
            Prompt(
                "People reload the page because they think nothing happens. Show the progress of an upload "
                "in the browser client. No framework, plain TypeScript, and it must work with screen readers."
            ),
            Think(
                "fetch() has no upload progress events, so this has to be XMLHttpRequest. For assistive "
                "technology: role=progressbar with aria-valuenow on the element."
            ),
            Run("ls web 2>/dev/null || echo 'no web folder'", "no web folder"),
            Say("There is no browser code yet. I'll keep the arithmetic, the bar and the transport apart."),
            Write("web/progress.ts", PROGRESS_TS),
            Write("web/client.ts", CLIENT_TS),
            Run("npx tsc --noEmit --strict web/*.ts", ""),
            Say(
                "`attach(input, bar, url)` wires a file input to a bar. `fetch` cannot report how much of a "
                "body was sent, hence XMLHttpRequest. The bar sets `aria-valuenow`; give the element "
                '`role="progressbar"` in your markup.'
            ),
        ),
    ),
    Scene(
        4,
        "12:15",
        None,
        (
            Places("web/icon.png", ICON),
            Types(
                "web/client.ts",
                "    request.onload = () => resolve(request.status);\n",
                "    request.timeout = 0; // large files on slow lines\n"
                "    request.onload = () => resolve(request.status);\n",
            ),
            Commits("Show the progress of an upload in the browser", "Jonas Weber <jonas@example.com>"),
        ),
    ),
    Scene(
        3,
        "09:30",
        "browser",
        (
            Switch("gpt-5.5-mini"),
            Prompt("Style the bar: one element, a CSS gradient, respect reduced motion."),
            Write("web/progress.css", PROGRESS_CSS),
            Look("web/progress.ts"),
            Edit(
                "web/progress.ts",
                "  constructor(private readonly element: HTMLElement) {}\n",
                "  constructor(private readonly element: HTMLElement) {\n"
                '    element.classList.add("progress");\n'
                '    element.setAttribute("role", "progressbar");\n'
                "  }\n",
            ),
            Say("One element, no images; the transition is switched off when reduced motion is preferred."),
        ),
    ),
    Scene(
        3,
        "09:52",
        None,
        (
            Formats(
                "web/client.ts",
                "    request.upload.onprogress = (event) => onProgress({ sent: event.loaded, "
                "total: event.total });\n",
                "    request.upload.onprogress = (event) =>\n"
                "      onProgress({\n"
                "        sent: event.loaded,\n"
                "        total: event.total,\n"
                "      });\n",
            ),
            Commits("Style the progress bar", "Jonas Weber <jonas@example.com>"),
        ),
    ),
)
