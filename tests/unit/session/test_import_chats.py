"""Chats of other programs come in whole, whatever is broken in their files."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config import language
from app.core.chatfile import ChatCopy, MessageCopy
from app.core.errors import CarrelError
from app.session.importing import decoding, encodings, growing, ollama, own, reading
from app.session.importing.found import Found, Tally
from app.session.importing.growing import Piece, grow_chat
from app.session.importing.reading import read_chats
from app.session.importing.wishes import Imported, import_chats, imported_words
from app.store.sqlite import sqlite3
from tests.helpers.desk import desk_in


def _node(key: str, parent: str | None, role: str, text: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    content = {"content_type": "text", "parts": [text]} if isinstance(text, str) else text
    message = {"author": {"role": role}, "content": content, "create_time": 1700000000.5, "metadata": more}
    return key, {"id": key, "parent": parent, "children": [], "message": message}


CHATGPT = [
    {
        "title": "Moon",
        "create_time": 1700000000.0,
        "update_time": 1700000009.0,
        "current_node": "a2",
        "mapping": dict(
            [
                ("root", {"id": "root", "parent": None, "message": None}),
                _node("s", "root", "system", "", is_visually_hidden_from_conversation=True),
                _node(
                    "q",
                    "s",
                    "user",
                    {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}, "How far?"]},
                ),
                _node(
                    "t",
                    "q",
                    "assistant",
                    {"content_type": "thoughts", "thoughts": [{"summary": "Recall", "content": "384,400"}]},
                ),
                _node("a1", "t", "assistant", "384,400 km", model_slug="gpt-4o"),
                _node("tool", "q", "tool", "search result"),
                _node("a2", "tool", "assistant", "About 384,400 km", model_slug="gpt-4o"),
            ]
        ),
    }
]
REASONED = '<details type="reasoning" done="true"><summary>Thought</summary>\n> Goldwater\n</details>\nGoldwater.'
OPENWEBUI = [
    {
        "id": "x",
        "title": "Rule",
        "created_at": 1744577557,
        "updated_at": 1744577600,
        "pinned": True,
        "chat": {
            "params": {"system": "Be brief."},
            "history": {
                "currentId": "b",
                "messages": {
                    "a": {
                        "id": "a",
                        "parentId": None,
                        "role": "user",
                        "content": "Which rule?",
                        "timestamp": 1744577557,
                    },
                    "b": {
                        "id": "b",
                        "parentId": "a",
                        "role": "assistant",
                        "content": REASONED,
                        "model": "deepseek",
                        "timestamp": 1744577560,
                        "files": [{"type": "image"}],
                    },
                },
            },
        },
    }
]
LMSTUDIO = {
    "name": "Hello",
    "createdAt": 1744577557127,
    "systemPrompt": "You help.",
    "lastUsedModel": {"identifier": "qwen3-32b"},
    "messages": [
        {
            "versions": [{"type": "singleStep", "role": "user", "content": [{"type": "text", "text": "Hi"}]}],
            "currentlySelected": 0,
        },
        {
            "versions": [
                {
                    "type": "multiStep",
                    "role": "assistant",
                    "steps": [{"type": "contentBlock", "content": [{"type": "text", "text": "First"}]}],
                },
                {
                    "type": "multiStep",
                    "role": "assistant",
                    "steps": [
                        {
                            "type": "contentBlock",
                            "style": {"type": "thinking"},
                            "content": [{"type": "text", "text": "hm"}],
                        },
                        {"type": "toolCallRequest"},
                        {"type": "contentBlock", "content": [{"type": "text", "text": "Second"}]},
                    ],
                },
            ],
            "currentlySelected": 1,
        },
    ],
}
PLAIN = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": [{"type": "text", "text": "你好"}, {"type": "image_url"}]},
    {"role": "assistant", "content": "<think>Greet.</think>\n你好！"},
]
CLAUDE = [
    {
        "uuid": "u",
        "name": "Tea",
        "created_at": "2024-05-01T10:00:00Z",
        "chat_messages": [
            {"sender": "human", "text": "Which tea?", "created_at": "2024-05-01T10:00:01Z"},
            {"sender": "assistant", "text": "Green.", "attachments": [{}]},
        ],
    }
]


def _write(folder: Path, value: object, name: str = "chats.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(value), "utf-8")
    return file


def _said(chat: ChatCopy) -> list[tuple[int | None, str, str, str]]:
    return [(one.parent, one.role, one.thinking, one.text) for one in chat.messages]


def test_chatgpt_keeps_its_tree_its_thoughts_and_the_branch_that_was_shown(tmp_path: Path) -> None:
    found = read_chats(_write(tmp_path, CHATGPT))
    assert found.source == "ChatGPT"
    chat = found.chats[0]
    assert _said(chat) == [
        (None, "user", "", "How far?\n\n[image]"),
        (1, "assistant", "Recall\n\n384,400", "384,400 km"),
        (1, "assistant", "", "About 384,400 km"),
    ]
    assert (chat.title, chat.created_at, chat.updated_at, chat.shown) == ("Moon", 1700000000.0, 1700000009.0, 3)
    assert chat.messages[1].model == "gpt-4o"
    assert found.left_out == {"pictures and other files": 1, "messages of tools": 1}


def test_a_data_export_is_read_out_of_its_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("data/conversations.json", json.dumps(CHATGPT))
    assert read_chats(tmp_path / "export.zip").chats == read_chats(_write(tmp_path, CHATGPT)).chats


def test_open_webui_keeps_instructions_pins_and_reasoning(tmp_path: Path) -> None:
    for value in (OPENWEBUI, {**OPENWEBUI[0]["chat"], "title": "Rule"}):  # type: ignore[dict-item]
        found = read_chats(_write(tmp_path, value))
        assert found.source == "Open WebUI"
        assert _said(found.chats[0]) == [
            (None, "user", "", "Which rule?"),
            (1, "assistant", "Goldwater", "Goldwater.\n\n[image]"),
        ]
        assert found.chats[0].choices.instructions == "Be brief."
        assert found.left_out == {"pictures and other files": 1}
    assert read_chats(_write(tmp_path, OPENWEBUI)).chats[0].pinned_at == 1744577600


def test_lm_studio_keeps_every_version(tmp_path: Path) -> None:
    found = read_chats(_write(tmp_path, LMSTUDIO))
    chat = found.chats[0]
    assert (found.source, chat.created_at, chat.shown) == ("LM Studio", 1744577557.127, 3)
    assert _said(chat)[1:] == [(1, "assistant", "", "First"), (1, "assistant", "hm", "Second")]
    assert chat.messages[1].model == "qwen3-32b"
    assert found.left_out == {"messages of tools": 1}


def test_jan_is_read_from_either_of_its_two_files_or_their_folder(tmp_path: Path) -> None:
    thread = {
        "object": "thread",
        "title": "Cats",
        "created": 1700000000,
        "assistants": [{"instructions": "Purr.", "model": {"id": "qwen"}}],
    }
    lines = [
        {
            "object": "thread.message",
            "role": "assistant",
            "created_at": 1700000002000,
            "content": [{"type": "text", "text": {"value": "Yes."}}],
        },
        {
            "object": "thread.message",
            "role": "user",
            "created_at": 1700000001000,
            "content": [{"type": "text", "text": {"value": "Cat?"}}],
        },
    ]
    _write(tmp_path, thread, "thread.json")
    (tmp_path / "messages.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n{broken\n", "utf-8")
    for path in (tmp_path, tmp_path / "thread.json", tmp_path / "messages.jsonl"):
        found = read_chats(path)
        assert (found.source, found.chats[0].title) == ("Jan", "Cats")
        assert _said(found.chats[0]) == [(None, "user", "", "Cat?"), (1, "assistant", "", "Yes.")]
        assert found.left_out == {"damaged entries": 1}


def test_plain_lists_and_claude(tmp_path: Path) -> None:
    for value in (PLAIN, {"messages": PLAIN}, [{"messages": PLAIN}]):
        chat = read_chats(_write(tmp_path, value)).chats[0]
        assert _said(chat) == [(None, "user", "", "你好\n\n[image]"), (1, "assistant", "Greet.", "你好！")]
        assert (chat.title, chat.choices.instructions) == ("你好", "Be kind.")
    lines = tmp_path / "chats.jsonl"
    lines.write_text("\n".join(json.dumps({"messages": PLAIN}) for _ in range(3)), "utf-8")
    assert len(read_chats(lines).chats) == 3
    tea = read_chats(_write(tmp_path, CLAUDE))
    assert (tea.source, tea.chats[0].title, tea.chats[0].messages[0].created_at) == ("Claude", "Tea", 1714557601.0)


def test_a_file_that_is_no_json_is_refused_in_whole_sentences_of_the_language(tmp_path: Path) -> None:
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", "[]" * 999)
    where = damaged.getvalue().find(b"conversations.json") + len("conversations.json")
    packed = bytearray(damaged.getvalue())
    packed[where : where + 4] = b"\xff" * 4
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("other.txt", "")
    language.speak("zh_CN")
    try:
        for content, cause in (
            (b" \n", "文件里什么都没有。"),
            (b"hello", "它不是 JSON。"),
            (b'{"a" 1}', "其中的 JSON 在第 5 个字节处有误。"),
            (b"[" * 100_000, "它不是 JSON。"),
            (bytes(packed), "压缩包已损坏，或有密码保护。"),
            (empty.getvalue(), "压缩包中没有 conversations.json。"),
        ):
            file = tmp_path / "x.json"
            file.write_bytes(content)
            with pytest.raises(CarrelError) as refused:
                read_chats(file)
            assert f"对话。{cause}请" in str(refused.value)
    finally:
        language.speak("en")


def test_what_is_no_chat_is_refused_in_words(tmp_path: Path) -> None:
    for content in (b"", b"{}", b"[]", b"[1, 2]", b"\x00\xff", b'{"mapping": {}}', b"[" * 100_000, b'"' + b"a" * 9):
        file = tmp_path / "x.json"
        file.write_bytes(content)
        with pytest.raises(CarrelError) as refused:
            read_chats(file)
        assert refused.value.code == "not_chats"
    (tmp_path / "y.json").write_text('{"format": "carrel-chats", "version": 99, "chats": []}')
    with pytest.raises(CarrelError, match="newer Carrel"):
        read_chats(tmp_path / "y.json")
    (tmp_path / "y.json").write_text('{"format": "carrel-chats", "version": 1, "chats": [{"title": 3}]}')
    with pytest.raises(CarrelError, match="damaged"):
        read_chats(tmp_path / "y.json")


def test_a_second_import_finds_everything_here(tmp_path: Path) -> None:
    files = [_write(tmp_path, value, f"{number}.json") for number, value in enumerate((CHATGPT, LMSTUDIO, PLAIN))]
    with desk_in(tmp_path / "home") as (desk, loop):
        done: list[tuple[Imported, ...]] = []
        import_chats(desk, [*files, tmp_path / "none.json"], done.append)
        assert loop.run_until(lambda: len(done) == 1, 20)
        assert [len(one.chats) for one in done[0]] == [1, 1, 1, 0]
        assert done[0][3].error is not None
        assert "1 chat imported from ChatGPT. Left out: messages of tools (1), pictures" in imported_words(done[0][0])
        import_chats(desk, files, done.append)
        assert loop.run_until(lambda: len(done) == 2, 20)
        assert [(len(one.chats), one.known) for one in done[1]] == [(0, 1)] * 3
        shown = desk.store.call(lambda store: store.thread(done[0][0].chats[0]))
        assert [one.text for one in shown] == ["How far?\n\n[image]", "About 384,400 km"]
        assert all(one.created_at > 1e9 for one in desk.store.call(lambda store: store.list_chats()))


KEYS = st.sampled_from(["", "a", "b", "c", "d", "e"])
PIECES = st.lists(
    st.builds(Piece, KEYS, KEYS, st.sampled_from(["user", "assistant", "system", "tool", ""]), st.text(max_size=3)),
    max_size=9,
)


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_a_tree_grows_of_anything_and_loses_no_word(pieces: list[Piece]) -> None:
    tally = Tally()
    chat = grow_chat("t", pieces, tally)
    said = [piece.text.strip() for piece in pieces if piece.role in ("user", "assistant") and piece.text.strip()]
    assert (chat is None) == (not said)
    if chat is not None:
        seen: set[int] = set()
        for message in chat.messages:
            assert message.parent is None or message.parent in seen
            seen.add(message.number)
        assert chat.shown in seen
        whole = "".join(message.text + message.thinking for message in chat.messages)
        assert all(text in whole for text in said)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mapping", "messages", "role", "content", "parts", "history", "versions", "text"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def _mutated(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """The same with one thing in it replaced."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: _mutated(value[key], draw)}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _mutated(value[place], draw), *value[place + 1 :]]
    return draw(_JSON)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_broken_file_breaks_the_reader(data: st.DataObject) -> None:
    good = data.draw(st.sampled_from([CHATGPT, OPENWEBUI, LMSTUDIO, PLAIN, CLAUDE]))
    value = json.loads(json.dumps(_mutated(good, data.draw)))
    try:
        found = reading._found(Path("x.json"), value, Tally())
    except CarrelError:
        return
    assert isinstance(found, Found)
    for chat in found.chats:
        numbers = [message.number for message in chat.messages]
        assert chat.messages
        assert len(set(numbers)) == len(numbers)


def test_a_damaged_file_of_ours_is_mended_as_far_as_it_goes() -> None:
    late = MessageCopy(2, "user", "child", 1.0, parent=9)
    messages = [
        MessageCopy(1, "user", "a", 1.0),
        late,
        MessageCopy(9, "assistant", "b", 1.0, parent=1),
        MessageCopy(1, "user", "again", 1.0),
    ]
    value = {
        "format": "carrel-chats",
        "version": 1,
        "chats": [
            {"title": "x", "created_at": 1.0, "updated_at": 1.0, "messages": [msgspec.to_builtins(m) for m in messages]}
        ],
    }
    found = own.read_file(value)
    assert [one.text for one in found.chats[0].messages] == ["a", "b", "child"]
    assert found.left_out == {"damaged entries": 1}


# ---- odd files


def test_files_and_tools_are_named_and_never_lost_in_silence(tmp_path: Path) -> None:
    talk = [
        {"role": "developer", "content": "Be exact."},
        {"role": "user", "content": [{"type": "input_file", "filename": "C:\\papers\\[1] lease.pdf"}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c"}], "reasoning_content": "Look it up."},
        {"role": "tool", "content": "42"},
        {"role": "assistant", "content": [{"type": "tool_use"}, {"type": "text", "text": "It is 42."}]},
        {"role": "user", "content": "", "images": ["data:image/png;base64,AAAA", "/home/me/plan.png"]},
        {"role": "system", "content": "Be brief now."},
        {"role": "assistant", "content": "Seen."},
    ]
    found = read_chats(_write(tmp_path, talk))
    assert _said(found.chats[0]) == [
        (None, "user", "", "[(1) lease.pdf]"),
        (1, "assistant", "Look it up.", "It is 42."),
        (2, "user", "", "[image]\n[plan.png]"),
        (3, "assistant", "", "Seen."),
    ]
    assert found.chats[0].choices.instructions == "Be exact.\n\nBe brief now."
    assert found.left_out == {"pictures and other files": 3, "messages of tools": 3}


@pytest.mark.parametrize(
    ("written", "thought", "text"),
    [
        ("<think>a</think>b", "a", "b"),
        ("<thinking>\na\n</thinking>\n\nb", "a", "b"),
        ("<think></think>\n<think>a</think>b", "a", "b"),
        ("<think>never ended", "never ended", ""),
        ("a\n</think>\n\nb", "a", "b"),
        ("Write `</think>` at the end.", "", "Write `</think>` at the end."),
        ("Say <think>a</think>", "", "Say <think>a</think>"),
        ("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b", "a", "b"),
        ('x\n<details type="reasoning" done="true">\n<summary>T</summary>\n> a\n</details>\ny', "a", "x\n\ny"),
    ],
)
def test_thoughts_of_other_programs_are_told_from_answers(written: str, thought: str, text: str) -> None:
    assert growing.split_thought(written) == (text, thought)


def test_a_list_that_ends_in_its_middle_gives_what_is_whole(tmp_path: Path) -> None:
    many = [{**CHATGPT[0], "title": f"chat {number}"} for number in range(3)]
    file = tmp_path / "x.json"
    for value, indent in ((many, None), ({"conversations": many}, 1)):
        whole = json.dumps(value, indent=indent)
        file.write_text(whole[: whole.index("chat 2")], "utf-8")
        found = read_chats(file)
        assert [chat.title for chat in found.chats] == ["chat 0", "chat 1"]
        assert found.left_out["damaged entries"] == 1
    for cut in (json.dumps(CHATGPT)[:300], json.dumps(LMSTUDIO)[:200], '{"format": "carrel-chats", "chats": [{"title'):
        file.write_text(cut, "utf-8")
        with pytest.raises(CarrelError) as refused:
            read_chats(file)
        assert refused.value.code == "chats_cut_off"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "x.json"
    talk = [{"role": "user", "content": "租赁合同第二条？"}, {"role": "assistant", "content": "押金两个月。"}]
    file.write_bytes(json.dumps(talk, ensure_ascii=False).encode(encoding))
    assert [text for *_, text in _said(read_chats(file).chats[0])] == ["租赁合同第二条？", "押金两个月。"]


def test_western_letters_and_one_broken_byte(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes('[{"role": "user", "content": "Café für Élise, déjà vu"}]'.encode("cp1252"))
    assert read_chats(file).chats[0].messages[0].text == "Café für Élise, déjà vu"
    file.write_bytes('[{"role": "user", "content": "租赁合同'.encode() + b'\xff ok"}]')
    assert read_chats(file).chats[0].messages[0].text == "租赁合同\ufffd ok"


def test_a_large_file_is_read_a_chat_at_a_time_and_refused_where_memory_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAPPED_BYTES", 1_000)
    monkeypatch.setattr(encodings, "MAPPED_BYTES", 1_000)
    many = [{**CHATGPT[0], "title": f"chat {number}"} for number in range(40)]
    expected = [f"chat {number}" for number in range(40)]
    assert [chat.title for chat in read_chats(_write(tmp_path, many)).chats] == expected
    assert [chat.title for chat in read_chats(_write(tmp_path, {"chats": many})).chats] == expected
    lines = tmp_path / "x.jsonl"
    lines.write_text("\n".join(map(json.dumps, many)) + "\n", "utf-8")
    assert [chat.title for chat in read_chats(lines).chats] == expected
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for number in range(2):
            archive.writestr(f"conversations-00{number}.json", json.dumps(many[number * 20 : number * 20 + 20]))
    assert [chat.title for chat in read_chats(tmp_path / "export.zip").chats] == expected
    free = psutil.virtual_memory()._replace(available=20_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    for path in (lines, tmp_path / "export.zip", tmp_path / "chats.json"):
        with pytest.raises(CarrelError) as refused:
            read_chats(path)
        assert refused.value.code == "chats_too_large"


def test_a_folder_of_lm_studio_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "Work").mkdir()
    _write(tmp_path / "Work", LMSTUDIO, "1.conversation.json")
    _write(tmp_path, {**LMSTUDIO, "name": "Other"}, "2.conversation.json")
    _write(tmp_path, {"not": "a chat"}, "config.json")
    found = read_chats(tmp_path)
    assert (found.source, sorted(chat.title for chat in found.chats)) == ("LM Studio", ["Hello", "Other"])


def test_a_later_state_of_a_chat_adds_only_what_is_new(tmp_path: Path) -> None:
    later = json.loads(json.dumps(CHATGPT))
    later[0]["mapping"] |= dict(
        [_node("q2", "a2", "user", "And Mars?"), _node("a3", "q2", "assistant", "Farther.", model_slug="m")]
    )
    later[0]["current_node"] = "a3"
    with desk_in(tmp_path / "home") as (desk, loop):
        done: list[tuple[Imported, ...]] = []

        def bring(value: object) -> Imported:
            import_chats(desk, [_write(tmp_path, value)], done.append)
            count = len(done) + 1
            assert loop.run_until(lambda: len(done) == count, 20)
            return done[-1][0]

        [chat_id] = bring(CHATGPT).chats
        second = bring(later)
        assert (second.chats, second.grown, second.known) == ((), (chat_id,), 0)
        assert "1 that was here has more in it now." in imported_words(second)
        shown = desk.store.call(lambda store: store.thread(chat_id))
        assert [one.text for one in shown][1:] == ["About 384,400 km", "And Mars?", "Farther."]
        assert len(desk.store.call(lambda store: store.all_messages(chat_id))) == 5
        assert (bring(later).known, bring(CHATGPT).known) == (1, 1)
        desk.store.call(lambda store: store.add_message(chat_id, shown[-1].id, "user", "My own question"))
        later[0]["mapping"] |= dict([_node("q3", "a3", "user", "And Venus?")])
        assert bring(later).grown == (chat_id,)
        shown = desk.store.call(lambda store: store.thread(chat_id))
        assert shown[-1].text == "My own question", "what was gone on with here stays what is shown"


def test_the_window_of_ollama_is_read_while_it_is_open(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite"
    theirs = sqlite3.connect(file)
    theirs.executescript(
        "PRAGMA journal_mode = WAL;"
        "CREATE TABLE chats (id TEXT PRIMARY KEY, title TEXT, created_at TIMESTAMP);"
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, chat_id TEXT, role TEXT, content TEXT, thinking TEXT,"
        " model_name TEXT, created_at TIMESTAMP);"
        "INSERT INTO chats VALUES ('a', '', '2025-08-01 12:00:00'), ('b', 'Empty', '2025-08-02 12:00:00');"
        "INSERT INTO messages VALUES (1, 'a', 'user', 'Which bird?', '', NULL, '2025-08-01 14:00:00.123456789+02:00'),"
        " (2, 'a', 'assistant', 'A heron.', 'Grey and tall.', 'qwen3:32b', 'long ago');"
    )
    found = read_chats(file)
    assert (found.source, len(found.chats), found.left_out) == ("Ollama", 1, {})
    chat = found.chats[0]
    assert _said(chat) == [(None, "user", "", "Which bird?"), (1, "assistant", "Grey and tall.", "A heron.")]
    assert (chat.title, chat.created_at, chat.messages[1].model) == ("Which bird?", 1754049600.0, "qwen3:32b")
    assert chat.messages[0].created_at == pytest.approx(1754049600.123456)
    theirs.executescript(
        "CREATE TABLE attachments (id INTEGER PRIMARY KEY, message_id INTEGER, filename TEXT, data BLOB);"
        "CREATE TABLE tool_calls (id INTEGER PRIMARY KEY, message_id INTEGER);"
        "INSERT INTO attachments VALUES (1, 1, 'pond.png', x'00'); INSERT INTO tool_calls VALUES (1, 2);"
    )
    again = read_chats(file)
    assert again.chats[0].messages[0].text == "Which bird?\n\n[pond.png]"
    assert again.left_out == {"pictures and other files": 1, "messages of tools": 1}
    theirs.executescript("DROP TABLE messages;")
    theirs.close()
    for content in (None, ollama.MAGIC + b"nonsense" * 99):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(CarrelError) as refused:
            read_chats(file)
        assert refused.value.code == "not_chats"
