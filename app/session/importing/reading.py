"""Finds out which program wrote a file of chats, and reads them. Whatever is in the file, the outcome is a value or
a sentence.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.core.chatfile import ChatCopy
from app.core.errors import CarrelError
from app.core.files import cannot_read
from app.session.importing import chatgpt, jan, lmstudio, ollama, openwebui, own, plain
from app.session.importing.decoding import CHATS_IN, Stream, content_of, lines_of, not_chats, values_of
from app.session.importing.found import DAMAGED, UNKNOWN, Found, Tally, a_dict, a_list

ReadChat = Callable[[dict[str, Any], Tally], ChatCopy | None]


def read_chats(path: Path) -> Found:
    """The chats in a file, or in a folder of Jan's. Raises CarrelError when there are none, or it cannot be read."""
    try:
        if path.is_dir():
            return _read_folder(path)
        if path.name in ("thread.json", "messages.jsonl"):
            return _read_folder(path.parent)
        tally = Tally()
        if ollama.looks_like(path):
            return _of_ollama(path, tally)
        return _found(path, values_of(path, tally), tally)
    except OSError as error:
        raise cannot_read(path, error) from error


def _found(path: Path, value: Any, tally: Tally) -> Found:
    if own.looks_like(value):
        return own.read_file(value)
    chats, sources = list[ChatCopy](), list[str]()
    for name, chat in _each(value, tally):
        chats.append(_titled(chat, path))
        sources.append(name)
    if not chats:
        raise not_chats(path, "")
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


def _records(value: Any) -> Iterable[Any]:
    """A list of chats, one chat, or the messages of one."""
    if isinstance(value, dict):
        inner = next((value[name] for name in CHATS_IN if _holds_chats(value.get(name))), None)
        return a_list(inner) if inner is not None else [value]
    values = value if isinstance(value, Stream) else Stream(lambda: iter(a_list(value)))
    first = values.peek()
    messages = [one for one in first if plain.is_message(a_dict(one)) and not _is_chat(a_dict(one))]
    if messages and len(messages) * 2 > len(first):
        is_jan = all(jan.is_message(a_dict(one)) for one in messages)
        return [{"object": "thread" if is_jan else "", "messages": list(values)}]
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


def _of_ollama(path: Path, tally: Tally) -> Found:
    chats = tuple(_titled(chat, path) for chat in ollama.read_database(path, tally))
    if not chats:
        raise not_chats(path, "")
    return Found(ollama.NAME, chats, (), dict(+tally.counts))


def _read_folder(folder: Path) -> Found:
    """All threads of Jan's below the folder, else every file of chats in it, as LM Studio keeps them."""
    threads = sorted(folder.rglob("messages.jsonl"))
    tally, chats, sources = Tally(), list[ChatCopy](), list[str]()
    for file in threads:
        chat = _read_thread(file, tally)
        if chat is not None:
            chats.append(_titled(chat, file.parent))
    for file in sorted(folder.rglob("*.json")) if not threads else ():
        with contextlib.suppress(CarrelError):  # other files lie there too
            found = _found(file, values_of(file, tally), tally)
            if found.source != own.NAME:  # one file of Carrel's own is not one of many
                chats += found.chats
                sources.append(found.source)
    if not chats:
        raise not_chats(folder, "")
    source = max(set(sources), key=sources.count) if sources else jan.NAME
    return Found(source, tuple(chats), (), dict(+tally.counts))


def _read_thread(file: Path, tally: Tally) -> ChatCopy | None:
    messages = [a_dict(one) for one in lines_of(content_of(file))]
    tally.add(DAMAGED, sum(not one for one in messages))
    head = file.with_name("thread.json")
    thread = a_dict(values_of(head, tally)) if head.is_file() else {}
    return jan.read_thread(thread, [one for one in messages if one], tally)


def _titled(chat: ChatCopy, path: Path) -> ChatCopy:
    """A chat without a title is called after its first words, or after its file."""
    if chat.title:
        return chat
    first = next((line for message in chat.messages for line in message.text.splitlines() if line.strip()), path.stem)
    words = " ".join(first.split())
    return msgspec.structs.replace(chat, title=words if len(words) <= 60 else words[:59].rstrip() + "…")
