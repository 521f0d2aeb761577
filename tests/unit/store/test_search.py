"""Search finds what reading everything would find, in any script, however chats change."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.chat import Document, Page, Receipt, Timing, Usage
from app.core.folding import Folded, fold
from app.store.narrowing import Narrow
from app.store.query import Query, Term, fits, read_query, spans_of
from app.store.snippets import snippet_of
from app.store.sqlite import sqlite3
from app.store.store import Store

ALPHABET = "abAé1合同约約定ガか한글ไ𠀀 ,.-\n"
TEXTS = st.text(ALPHABET, max_size=12)
FREE_TEXTS = st.text(max_size=40)


def lease(name: str = "lease.pdf") -> Document:
    pages = (Page(1, "The tenant pays the rent.\nMonthly."), Page(2, "租赁合同第二条：押金两个月。"))
    return Document(f"/{name}", name, "pdf", name, pages, tokenizer="t")


def messages(store: Store, words: str) -> list[int | None]:
    return [hit.message_id for hit in store.search(words, limit=100).messages]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, max_size=8), st.lists(TEXTS, max_size=3), st.data())
def test_the_index_agrees_with_reading_everything(tmp_path_factory: pytest.TempPathFactory, texts, more, data) -> None:  # type: ignore[no-untyped-def]
    store = Store(tmp_path_factory.mktemp("s") / "s.db")
    try:
        chats = [store.create_chat("") for _ in texts]
        rows = {
            store.add_message(chat.id, None, "user", text).id: text for chat, text in zip(chats, texts, strict=True)
        }
        store.index_all()
        for place, text in enumerate(more[: len(rows)]):
            message_id = list(rows)[place]
            store._db.execute("UPDATE messages SET text = ? WHERE id = ?", text, message_id)
            rows[message_id] = text
        if chats and data.draw(st.booleans()):
            store.delete_chat(chats[-1].id)
            store.erase_chats([chats[-1].id])
            rows.popitem()
        words = data.draw(st.one_of(TEXTS, st.sampled_from(["合同", "-合 同", '"a b" é', '-"ab" 约', "한", "e"])))
        query = read_query(words)
        expected = sorted(message_id for message_id, text in rows.items() if fits(query.settled, text))
        assert sorted(messages(store, words), key=str) == sorted(expected, key=str)
    finally:
        store.close()


@given(st.text("合同约定的一二三租赁甲乙方，。 a1", min_size=1, max_size=30), st.data())
def test_any_piece_of_chinese_is_found(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text) - 1))
    piece = text[first : data.draw(st.integers(first + 1, len(text)))]
    han = "".join(sign for sign in piece if sign not in "，。 a1")
    if han and han in text:
        assert fits(read_query(han), text)


@given(FREE_TEXTS)
def test_every_word_is_found_by_its_beginning_in_any_width_and_case(text: str) -> None:
    for word in fold(text).split():
        assert fits(Query((Term((word[: max(1, len(word) // 2)],)),)), text)
        assert fits(Query((Term((word,), is_open=False),)), text)
    assert fold(fold(text)).split() == fold(text).split()
    assert fold(text.upper().lower()).split() == fold(text.lower()).split()


@given(FREE_TEXTS, st.integers(0, 60))
def test_a_folded_text_knows_where_it_came_from(text: str, at: int) -> None:
    folded = Folded(text * 40)
    if at < len(folded.text):
        place = folded.source(at)
        assert folded.text[at] in fold((text * 40)[place])


@given(FREE_TEXTS, st.text('ab合同é -"“”', max_size=10))
def test_a_snippet_lights_what_was_found(text: str, words: str) -> None:
    query = read_query(words)
    line = snippet_of(text, query)
    assert "\n" not in line.text
    assert all(0 <= first < last <= len(line.text) for first, last in line.spans)
    if fits(query, text) and not any(unicodedata.category(sign) == "Cf" for sign in text):
        assert line.spans
    for first, last in spans_of(query.terms, text):
        assert any(fits(Query((term,)), text[first:last]) for term in query.terms)


def test_width_case_and_accents_do_not_count() -> None:
    for words, text in (
        ("cafe", "CAFÉ"),
        ("ＡＢＣ", "abc"),
        ("naive", "nai\u0308ve"),
        ("strasse", "Straße"),
        ("合同", "合\u200b同 合同"),
        ("ｶﾞ", "ガ"),
        ("⽂", "文"),
        ("oeuvre flæsk lodz", "Œuvre Flaesk Łódź"),
        ("ﬁnance", "finance"),
        ("１２", "12"),
    ):
        assert fits(read_query(words), text), words
    assert not fits(read_query('"caf"'), "café")
    assert not fits(read_query("-cafe coffee"), "café coffee")
    assert read_query("-only").match == ""


def test_one_letter_is_not_half_of_the_library(store: Store) -> None:
    chat = store.create_chat("apples")
    store.add_message(chat.id, None, "user", "an agreement about rent")
    store.add_message(chat.id, None, "user", "rent of flat 7B")
    found = store.search("a")
    assert [hit.kind for hit in found.hits] == ["chat", "message"]
    assert [found.messages[0].snippet[slice(*span)] for span in found.messages[0].spans] == ["a", "a", "a"]
    assert [hit.kind for hit in store.search("ag").hits] == ["message"]
    assert len(store.search("rent a").messages) == 1, "a word that begins with it, wherever it stands"
    assert len(store.search('"flat 7').messages) == len(store.search("f").messages) == len(store.search("7").hits) == 1
    assert store.search("b").hits == (), "no word begins with it"
    assert len(store.search("rent -a").messages) == 2, "what is excluded is meant as it stands"
    assert [hit.kind for hit in store.search("rent ax").hits] == []


def test_a_snippet_is_cut_where_most_of_the_words_stand() -> None:
    text = "rent " + "filler words " * 60 + "the **rent** and the\n\ndeposit of 合同 " + "tail " * 60
    line = snippet_of(text, read_query("rent deposit 合同"))
    lit = [line.text[first:last] for first, last in line.spans]
    assert lit == ["rent", "deposit", "合同"]
    assert line.text.startswith("…")
    assert line.text.endswith("…")
    assert "*" not in line.text
    assert len(line.text) < 180


def test_titles_notes_messages_thoughts_and_pages_are_found(store: Store) -> None:
    chat = store.create_chat("租房合同")
    question = store.add_message(chat.id, None, "user", "请看附件", [store.save_document(lease())])
    answer = store.begin_answer(chat.id, question.id, "m.gguf")
    store.append_answer(answer.id, [("thinking", "hidden musing"), ("answer", "The deposit")])
    assert messages(store, "deposit") == [], "an answer is read when it has ended"
    store.finish_answer(answer.id, "complete", Usage(), Timing(), Receipt())
    assert messages(store, "depos") == [answer.id]
    thought = store.search("musing").messages[0]
    assert (thought.kind, thought.chat_id, thought.snippet) == ("thinking", chat.id, "hidden musing")
    assert [hit.kind for hit in store.search("合同").hits] == ["chat", "page"]
    page = store.search("押金").pages[0]
    assert (page.document, page.page, page.chat_id, page.title) == ("lease.pdf", 2, chat.id, "租房合同")
    assert page.snippet[slice(*page.spans[0])] == "押金"
    store._db.execute("UPDATE chats SET note = 'ask the landlord' WHERE id = ?", chat.id)
    assert [(hit.kind, hit.snippet) for hit in store.search("landlord").chats] == [("note", "ask the landlord")]


def test_a_page_that_only_a_set_holds_is_found_there(store: Store) -> None:
    store.save_set("Leases", [lease()])
    hit = store.search("monthly").pages[0]
    assert (hit.chat_id, hit.set_name, hit.page) == (None, "Leases", 1)
    store.delete_set("Leases")
    assert store.search("monthly").pages == ()


def test_what_is_in_the_bin_is_not_found_until_it_is_back(store: Store) -> None:
    chat = store.create_chat("secret")
    store.add_message(chat.id, None, "user", "hidden words", [store.save_document(lease())])
    store.delete_chats([chat.id])
    assert store.search("secret").hits == store.search("hidden").hits == store.search("tenant").hits == ()
    store.restore_chats([chat.id])
    assert len(store.search("secret").hits) == len(store.search("tenant").hits) == 1


def test_a_folder_narrows_the_search(store: Store) -> None:
    chats = [store.create_chat("rent") for _ in range(3)]
    folder = store.create_folder("Flat")
    store.move_chats([(chats[1].id, folder.id)])
    found = store.search("rent", narrow=Narrow(folders=("flat",)))
    assert [hit.chat_id for hit in found.hits] == [chats[1].id]


def test_the_newer_goes_first_among_equals_and_one_chat_does_not_fill_the_list(store: Store) -> None:
    chats = [store.create_chat(name) for name in ("one", "two")]
    for chat in chats:
        for _ in range(5):
            store.add_message(chat.id, None, "user", "the same words")
    hits = store.search("same words").messages
    assert [hit.chat_id for hit in hits] == [chats[1].id] * 3 + [chats[0].id] * 3


def test_a_file_from_before_the_index_is_read_in_small_steps(file: Path) -> None:
    store = Store(file)
    chat = store.create_chat("old")
    for number in range(60):
        store.add_message(chat.id, None, "user", f"word{number} " * 200)
    store._db.execute("DELETE FROM unindexed")
    store.rebuild_index()
    assert store.unindexed() == 61
    assert store.index_some(0.0), "a step is short"
    assert store.unindexed() == 60
    store.close()
    again = Store(file)
    again.index_all()
    assert [hit.snippet[:6] for hit in again.search("word59").messages] == ["word59"]
    again.close()


def test_either_form_of_chinese_finds_the_other_and_the_text_stays_as_it_was(store: Store) -> None:
    chat = store.create_chat("Law")
    store.add_message(chat.id, None, "user", "法院查到了證據，在中華民國臺灣。")
    store.add_message(chat.id, None, "user", "没有证据，也没有国家。")
    for words in ("證據", "证据", "証據", "ＺＨ"):
        hits = store.search(words).messages
        assert len(hits) == (0 if words == "ＺＨ" else 2), words
        assert {hit.snippet[slice(*span)] for hit in hits for span in hit.spans} <= {"證據", "证据"}
    assert [hit.snippet for hit in store.search("台湾").messages] == ["法院查到了證據，在中華民國臺灣。"]
    assert store.search("合约").hits == store.search("合同").hits == ()


def test_an_index_from_before_is_read_again_and_a_crash_in_between_costs_nothing(file: Path) -> None:
    store = Store(file)
    chat = store.create_chat("old")
    for number in range(40):
        store.add_message(chat.id, None, "user", f"證 number{number}")
    store.index_all()
    for row in store._db.rows("SELECT id, text FROM messages"):
        store._db.execute("DELETE FROM found_messages WHERE rowid = ?", row[0])
        store._db.execute("INSERT INTO found_messages (rowid, text, thinking) VALUES (?, ?, '')", *row)
    store._db.execute("PRAGMA user_version = 7")
    store.close()
    again = Store(file)
    assert again.unindexed() == 41
    assert again.index_some(0.0)
    assert len(again._search(read_query("number7"), 9, Narrow()).messages) == 1, (
        "what is not read again yet is found as before"
    )
    again._db.rows("PRAGMA wal_checkpoint")
    again._db._connection.close()  # as if the power went
    last = Store(file)
    assert 0 < last.unindexed() < 41
    last.index_all()
    assert len(last.search("证", limit=50).messages) == 3
    assert last._db.rows("SELECT count(*) FROM found_messages WHERE found_messages MATCH '证'") == [(40,)]
    assert last._db.rows("SELECT count(*) FROM found_messages WHERE found_messages MATCH '證'") == [(0,)]
    last.close()


def test_a_damaged_index_does_not_take_the_chats_with_it(file: Path) -> None:
    store = Store(file)
    chat = store.create_chat("kept")
    store.add_message(chat.id, None, "user", "hello")
    store.index_all()
    store.close()
    connection = sqlite3.connect(file)
    connection.execute("UPDATE found_messages_data SET block = x'00ff00ff'")
    connection.commit()
    connection.close()
    again = Store(file)
    assert [one.title for one in again.list_chats()] == ["kept"]
    again.rebuild_index()
    again.index_all()
    assert len(again.search("hello").hits) == 1
    again.close()
