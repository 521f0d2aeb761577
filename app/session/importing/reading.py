"""Finds out which program wrote a file of chats, and reads them. Whatever is in the file, the outcome is a value or
a sentence.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.core.chatfile import ChatCopy
from app.core.errors import CarrelError
from app.session.importing import chatgpt, jan, lmstudio, openwebui, own, plain
from app.session.importing.found import DAMAGED, UNKNOWN, Found, Tally, a_dict, a_list

LARGEST_BYTES = 2 << 30  # of JSON; a decade of chats is some hundred MB
IN_ARCHIVE = ("conversations.json",)  # what a data export calls its chats

ReadChat = Callable[[dict[str, Any], Tally], ChatCopy | None]


def read_chats(path: Path) -> Found:
    """The chats in a file, or in a folder of Jan's. Raises CarrelError when there are none, or it cannot be read."""
    try:
        if path.is_dir():
            return _read_folder(path)
        if path.name in ("thread.json", "messages.jsonl"):
            return _read_folder(path.parent)
        return _found(path, _decoded(path, _content(path)))
    except OSError as error:
        raise CarrelError(
            "cannot_read",
            "{file} could not be read: {cause}.",
            "Check the permissions of the file.",
            file=str(path),
            cause=error.strerror or str(error),
        ) from error


def _content(path: Path) -> bytes:
    if zipfile.is_zipfile(path):
        return _from_archive(path)
    if path.stat().st_size > LARGEST_BYTES:
        raise _too_large(path)
    return path.read_bytes()


def _from_archive(path: Path) -> bytes:
    """A data export comes as a zip with pictures; the chats are one file in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if Path(info.filename).name in IN_ARCHIVE:
                    if info.file_size > LARGEST_BYTES:
                        raise _too_large(path)
                    with archive.open(info) as handle:
                        return handle.read(LARGEST_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _not_chats(path, str(error)) from error
    raise _not_chats(path, "conversations.json")


def _decoded(path: Path, content: bytes) -> Any:
    """JSON, or a value a line."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode()
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        lines = _lines(content)
        if not lines:
            raise _not_chats(path, str(error)) from error
        return lines


def _lines(content: bytes) -> list[Any]:
    values: list[Any] = []
    for line in content.splitlines():
        if line.strip():
            try:
                values.append(msgspec.json.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
                values.append(None)
    return values if any(isinstance(value, dict) for value in values) else []


def _found(path: Path, value: Any) -> Found:
    if own.looks_like(value):
        return own.read_file(value)
    tally, chats, sources = Tally(), list[ChatCopy](), list[str]()
    for name, chat in _each(value, tally):
        chats.append(_titled(chat, path))
        sources.append(name)
    if not chats:
        raise _not_chats(path, "")
    return Found(max(set(sources), key=sources.count), tuple(chats), (), dict(+tally.counts))


def _each(value: Any, tally: Tally) -> Iterator[tuple[str, ChatCopy]]:
    """Every chat with the name of the program that wrote it."""
    for one in _records(value):
        record = a_dict(one)
        source, read = _reader(record)
        if read is None:
            tally.add(DAMAGED if record == {} else UNKNOWN)
            continue
        chat = read(record, tally)
        if chat is not None:
            yield source, chat


def _records(value: Any) -> Sequence[Any]:
    """A list of chats, one chat, or the messages of one."""
    if isinstance(value, dict):
        inner = next(
            (value[n] for n in ("conversations", "chats", "data", "threads") if _holds_chats(value.get(n))), None
        )
        return a_list(inner) if inner is not None else [value]
    values = a_list(value)
    messages = [one for one in values if plain.is_message(a_dict(one)) and not _is_chat(a_dict(one))]
    if messages and len(messages) * 2 > len(values):
        if all(jan.is_message(a_dict(one)) for one in messages):
            return [{"object": "thread", "messages": values}]
        return [{"messages": values}]
    return values


def _holds_chats(value: Any) -> bool:
    return any(_is_chat(a_dict(one)) for one in a_list(value))


def _is_chat(record: dict[str, Any]) -> bool:
    return _reader(record)[1] is not None


def _reader(record: dict[str, Any]) -> tuple[str, ReadChat | None]:
    if chatgpt.looks_like(record):
        return chatgpt.NAME, chatgpt.read_chat
    if openwebui.looks_like(record):
        return openwebui.NAME, openwebui.read_chat
    if lmstudio.looks_like(record):
        return lmstudio.NAME, lmstudio.read_chat
    if jan.is_thread(record) and isinstance(record.get("messages"), list):
        return jan.NAME, lambda one, tally: jan.read_thread(one, [a_dict(m) for m in a_list(one["messages"])], tally)
    if plain.looks_like(record):
        return (plain.CLAUDE if plain.is_claude(record) else plain.NAME), plain.read_chat
    return "", None


def _read_folder(folder: Path) -> Found:
    """One thread of Jan's, or all threads below the folder."""
    tally, chats = Tally(), list[ChatCopy]()
    for file in sorted(folder.rglob("messages.jsonl")):
        messages = [a_dict(one) for one in _lines(_content(file))]
        tally.add(DAMAGED, sum(not one for one in messages))
        head = file.with_name("thread.json")
        thread = a_dict(_decoded(head, _content(head))) if head.is_file() else {}
        chat = jan.read_thread(thread, [one for one in messages if one], tally)
        if chat is not None:
            chats.append(_titled(chat, file.parent))
    if not chats:
        raise _not_chats(folder, "")
    return Found(jan.NAME, tuple(chats), (), dict(+tally.counts))


def _titled(chat: ChatCopy, path: Path) -> ChatCopy:
    """A chat without a title is called after its first words, or after its file."""
    if chat.title:
        return chat
    first = next((line for message in chat.messages for line in message.text.splitlines() if line.strip()), path.stem)
    words = " ".join(first.split())
    return msgspec.structs.replace(chat, title=words if len(words) <= 60 else words[:59].rstrip() + "…")


def _not_chats(path: Path, cause: str) -> CarrelError:
    return CarrelError(
        "not_chats",
        "{file} holds no chats that Carrel can read. {cause}",
        "Export them as JSON from the other program: ChatGPT, Open WebUI, LM Studio, Jan, Claude, or Carrel itself.",
        file=path.name,
        cause=cause,
    )


def _too_large(path: Path) -> CarrelError:
    return CarrelError(
        "chats_too_large",
        "{file} is larger than 2 GB, too large for a file of chats.",
        "Export the chats in several files.",
        file=path.name,
    )
