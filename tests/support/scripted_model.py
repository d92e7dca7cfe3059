"""A model on loopback that plays a script: one tool call per request, then a closing word.

It speaks what the real clients speak: OpenAI's chat completions (OpenCode, Pi) and Responses (Codex), and
Gemini's ``generateContent``. The prompt says which script it is, and the results of tools behind it how many
of its steps were played: the server remembers nothing.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
TITLE = "Write and edit two files"
_USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(frozen=True, slots=True)
class Step:
    """One reply that calls a tool: with ``arguments``, or with free ``text_input`` (Codex's custom tools)."""

    tool: str
    arguments: Json = field(default_factory=dict)
    says: str = ""
    text_input: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What the model does before it says ``final``."""

    steps: Sequence[Step]
    final: str = "All done."


@contextmanager
def scripted_model(scripts: Mapping[str, Script]) -> Iterator[str]:
    """A server for the time of the block; its address, without a slash at the end.

    A script is played for every prompt that contains the text it stands under.
    """

    class Handler(_Handler):
        played = scripts

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, slots=True)
class _Turn:
    """One entry of a request's conversation: what a person asked there, and the results of tools in it."""

    prompt: str
    results: int


def _prompts(turns: Sequence[_Turn]) -> int:
    return sum(bool(turn.prompt) for turn in turns)


def _text(content: str | list[Json]) -> str:
    """The text of a string or of blocks."""
    if isinstance(content, str):
        return content
    return "".join(block.get("text") or "" for block in content)


class _Handler(BaseHTTPRequestHandler):
    played: Mapping[str, Script]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""

    def do_GET(self) -> None:
        """The list of models."""
        self._json({"object": "list", "data": [{"id": "scripted", "object": "model"}], "models": []})

    def do_POST(self) -> None:
        """The next step of the script, in the shape that the path asks for."""
        request = json.loads(self._body() or b"{}")
        path = self.path.partition("?")[0]
        if path.endswith("/chat/completions"):
            self._chat(request)
        elif path.endswith("/responses"):
            self._responses(request)
        elif "enerateContent" in path:
            self._gemini(request, path)
        elif path.endswith("countTokens"):
            self._json({"totalTokens": 10})
        else:
            self._json({"error": {"message": f"no such path: {path}"}}, 404)

    def _body(self) -> bytes:
        length = self.headers.get("content-length")
        if length is not None:
            return self.rfile.read(int(length))
        body = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _next(self, turns: Sequence[_Turn]) -> tuple[int, Step | None, str]:
        """How many steps of the script were played, the next one, and what to say when there is none."""
        asked = max((place for place, turn in enumerate(turns) if turn.prompt), default=0)
        prompt = turns[asked].prompt if turns else ""
        script = next((script for key, script in self.played.items() if key in prompt), Script(()))
        played = sum(turn.results for turn in turns[asked:])
        step = script.steps[played] if played < len(script.steps) else None
        return played, step, step.says if step is not None else script.final

    def _chat(self, request: Json) -> None:
        turns = [
            _Turn(_text(message["content"]) if message["role"] == "user" else "", message["role"] == "tool")
            for message in request.get("messages", ())
        ]
        played, step, says = self._next(turns)
        if not request.get("tools"):
            step, says = None, TITLE
        message: Json = {"role": "assistant", "content": says}
        if step is not None:
            call = {"name": step.tool, "arguments": json.dumps(step.arguments)}
            message["tool_calls"] = [
                {"index": 0, "id": f"call_{_prompts(turns)}_{played}", "type": "function", "function": call}
            ]
        base = {"id": f"chat-{played}", "created": 0, "model": request.get("model")}
        finish = "tool_calls" if step is not None else "stop"
        if not request.get("stream"):
            choice = {"index": 0, "message": message, "finish_reason": finish}
            self._json(base | {"object": "chat.completion", "choices": [choice], "usage": _USAGE})
            return
        base["object"] = "chat.completion.chunk"
        chunks = [
            base | {"choices": [{"index": 0, "delta": message, "finish_reason": None}]},
            base | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]},
            base | {"choices": [], "usage": _USAGE},
        ]
        self._stream([f"data: {json.dumps(chunk)}" for chunk in chunks] + ["data: [DONE]"])

    def _responses(self, request: Json) -> None:
        outputs = {"function_call_output", "custom_tool_call_output"}
        turns = [
            _Turn(
                _text(item.get("content", "")) if item.get("role") == "user" else "",
                item.get("type") in outputs,
            )
            for item in request.get("input", ())
        ]
        played, step, said = self._next(turns)
        results = f"{_prompts(turns)}_{played}"
        items: list[Json] = []
        if said:
            content = [{"type": "output_text", "text": said, "annotations": []}]
            items.append({"type": "message", "id": f"m{results}", "role": "assistant", "content": content})
        if step is not None and step.text_input is not None:
            call: Json = {"type": "custom_tool_call", "name": step.tool, "input": step.text_input}
            items.append(call | {"id": f"c{results}", "call_id": f"call_{results}"})
        elif step is not None:
            call = {"type": "function_call", "name": step.tool, "arguments": json.dumps(step.arguments)}
            items.append(call | {"id": f"c{results}", "call_id": f"call_{results}"})
        response: Json = {"id": f"r{results}", "object": "response", "model": request.get("model")}
        events: list[Json] = [
            {"type": "response.created", "response": response | {"status": "in_progress"}},
        ]
        for index, item in enumerate(items):
            told = {"output_index": index, "item": item}
            events += [{"type": f"response.output_item.{name}"} | told for name in ("added", "done")]
        usage = {
            "input_tokens": 100, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 120,
        }  # fmt: skip
        done = response | {"status": "completed", "output": items, "usage": usage}
        events.append({"type": "response.completed", "response": done})
        self._stream([f"event: {event['type']}\ndata: {json.dumps(event)}" for event in events])

    def _gemini(self, request: Json, path: str) -> None:
        contents = request.get("contents", ())
        turns = [
            _Turn(
                _text(content["parts"]) if content.get("role") == "user" else "",
                sum("functionResponse" in part for part in content["parts"]),
            )
            for content in contents
        ]
        settings = request.get("generationConfig") or {}
        _, step, says = self._next(turns)
        if not request.get("tools"):
            step = None
        if settings.get("responseMimeType") == "application/json":
            # A question of the client's own: which model to take, who speaks next.
            answer = {"reasoning": "", "model_choice": "flash", "complexity_score": 1, "next_speaker": "user"}
            reply: list[Json] = [{"text": json.dumps(answer)}]
        elif step is not None:
            call = {"name": step.tool, "args": step.arguments}
            reply = [{"text": says}] if says else []
            reply.append({"functionCall": call})
        else:
            reply = [{"text": says}]
        candidate = {"content": {"role": "model", "parts": reply}, "finishReason": "STOP", "index": 0}
        counts = {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120}
        model = path.rpartition("/")[2].partition(":")[0]
        answer_json = {"candidates": [candidate], "usageMetadata": counts, "modelVersion": model}
        if "stream" in path:
            self._stream([f"data: {json.dumps(answer_json)}"])
        else:
            self._json(answer_json)

    def _json(self, value: Json, code: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: Sequence[str]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write("".join(f"{event}\n\n" for event in events).encode())
        self.close_connection = True
