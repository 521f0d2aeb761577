from __future__ import annotations

import base64
import struct

import pytest

from app.core.chat import Document
from app.core.errors import CarrelError
from app.ingest.readers.mail.lzfu import START, unpacked
from tests.unit.ingest.making import docx, paragraph, pdf, pdf_page, read_here, zipped
from tests.unit.ingest.ole import attached, msg, ole

HEADS = "From: =?gb2312?B?1cXI/Q==?= <zhang@example.cn>\nTo: b@example.com\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"


def labels(document: Document) -> list[str]:
    return [page.label for page in document.pages]


def mail(*parts: str, kind: str = "mixed", subject: str = "Hello") -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts)
    return f'{HEADS}Subject: {subject}\nContent-Type: multipart/{kind}; boundary="b"\n\n{body}--b--\n'.encode()


def attachment(name: str, data: bytes, kind: str = "application/octet-stream") -> str:
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n"
    return f'{head}Content-Disposition: attachment; filename="{name}"\n\n' + base64.encodebytes(data).decode()


PLAIN = "Content-Type: text/plain; charset=utf-8\n\n正文 body"


def test_heads_are_decoded_and_the_body_follows() -> None:
    document = read_here(mail(PLAIN, subject="=?utf-8?q?=E5=90=88=E5=90=8C?="), "a.eml")
    text = document.pages[0].text
    assert document.kind == "eml"
    assert "**From:** 张三 <zhang@example.cn>" in text
    assert "**Subject:** 合同" in text
    assert text.endswith("正文 body")


def test_mail_is_known_without_its_name_and_a_quoted_head_is_no_mail() -> None:
    assert read_here(mail(PLAIN), "message").kind == "eml"
    assert read_here(b"From: me\nTo: you\nSubject: a poem\n\nRoses", "poem.txt").kind == "text"


def test_each_attachment_is_read_by_its_own_kind_and_named() -> None:
    document = read_here(
        mail(
            PLAIN,
            attachment("合同.docx", docx(paragraph("第一条"))),
            attachment("two.pdf", pdf(pdf_page([(72, 700, "One")]), pdf_page([(72, 700, "Two")]))),
            attachment("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(500), "image/png"),
        ),
        "a.eml",
    )
    assert labels(document) == ["mail", "合同.docx", "two.pdf p1", "two.pdf p2"]
    assert [page.text for page in document.pages[1:]] == ["第一条", "One", "Two"]
    assert "| 合同.docx | 1 | 3 | 2 |" in document.pages[0].text
    assert "| two.pdf | 2 | 6 | 3-4 |" in document.pages[0].text
    assert document.warnings == ("Not read in a.eml: logo.png.",)


def test_archives_in_mail_are_opened() -> None:
    document = read_here(mail(PLAIN, attachment("files.zip", zipped({"notes.txt": b"inside"}))), "a.eml")
    assert labels(document) == ["mail", "files.zip/map", "files.zip/notes.txt"]


def test_a_letter_in_a_letter_is_read_and_one_without_end_is_named() -> None:
    inner = "Content-Type: message/rfc822\n\n" + mail(PLAIN, subject="Inner").decode()
    document = read_here(mail("Content-Type: text/plain\n\nouter", inner), "a.eml")
    assert labels(document) == ["mail", "Inner.eml/mail"]
    deep = mail(PLAIN, subject="bottom")
    for level in range(5):
        deep = mail("Content-Type: text/plain\n\nx", attachment(f"{level}.eml", deep))
    assert any("2.eml" in warning for warning in read_here(deep, "a.eml").warnings)


def test_the_richer_form_is_taken_only_where_it_keeps_a_table() -> None:
    plain = "Content-Type: text/plain\n\nplain words"
    html = "Content-Type: text/html\n\n<p>rich words</p>"
    table = "Content-Type: text/html\n\n<table><tr><td>a<td>b<tr><td>1<td>2</table>"
    assert read_here(mail(plain, html, kind="alternative"), "a.eml").pages[0].text.endswith("plain words")
    assert "| 1 | 2 |" in read_here(mail(plain, table, kind="alternative"), "a.eml").pages[0].text
    assert read_here(mail(html), "a.eml").pages[0].text.endswith("rich words")


def test_wrong_and_missing_character_sets_do_not_lose_the_body() -> None:
    body = "国标编码的正文，没有说明字符集，需要判断。"
    for charset in ("", "; charset=us-ascii", "; charset=no-such"):
        part = f"Content-Type: text/plain{charset}\n\n".encode() + body.encode("gb18030")
        data = mail("@").replace(b"@", part)
        assert body in read_here(data, "a.eml").pages[0].text


def test_utf16_mail_without_a_mark() -> None:
    assert read_here(mail(PLAIN).decode().encode("utf-16-be"), "a.eml").kind == "eml"


def test_a_mailbox_is_a_map_and_its_mails() -> None:
    one = b"From a@b Mon Jun 01 04:28:28 2009\n" + mail(PLAIN, subject="One")
    two = b"From c@d Tue Jun 02 04:28:28 2009\n" + mail(PLAIN, subject="Two")
    document = read_here(one + b"\n" + two, "archive.mbox")
    assert document.kind == "mbox"
    assert labels(document) == ["map", "mail 1/mail", "mail 2/mail"]
    assert "**Subject:** Two" in document.pages[2].text


# -- Outlook ------------------------------------------------------------------------------------------------------

SUBJECT, BODY, SENDER, SENDER_SMTP, DISPLAY_TO = 0x0037, 0x1000, 0x0C1A, 0x5D01, 0x0E04
HTML, RTF = "__substg1.0_10130102", "__substg1.0_10090102"


def test_outlook_mail_with_its_people_its_date_and_what_is_attached() -> None:
    person = {
        "__properties_version1.0": bytes(8) + struct.pack("<IIQ", 0x0C150003, 6, 1),
        "__substg1.0_3001001F": "李四".encode("utf-16-le"),
        "__substg1.0_39FE001F": "li@example.cn".encode("utf-16-le"),
    }
    inner = msg({SUBJECT: "Inner", BODY: "inner words"}, head=24)
    letter = msg(
        {SUBJECT: "合同", BODY: "See the file.\r\n", SENDER: "Zhang", SENDER_SMTP: "zhang@example.cn"},
        numbers={0x00390040: 132_000_000_000_000_000},
        more={
            "__recip_version1.0_#00000000": person,
            "__attach_version1.0_#00000000": attached("合同.docx", docx(paragraph("第一条"))),
            "__attach_version1.0_#00000001": {
                "__properties_version1.0": bytes(8),
                "__substg1.0_3001001F": "Inner".encode("utf-16-le"),
                "__substg1.0_3701000D": inner,
            },
        },
    )
    document = read_here(ole(letter), "a.msg")
    assert document.kind == "msg"
    assert labels(document) == ["mail", "合同.docx", "Inner.msg/mail"]
    text = document.pages[0].text
    assert "**From:** Zhang <zhang@example.cn>" in text
    assert "**To:** 李四 <li@example.cn>" in text
    assert "**Date:** 2019-04-17" in text
    assert "See the file." in text
    assert "inner words" in document.pages[2].text


def test_outlook_mail_in_the_code_page_it_names() -> None:
    letter = msg({SUBJECT: "繁體中文", BODY: "內文"}, numbers={0x3FFD0003: 950}, codec="cp950")
    text = read_here(ole(letter), "a.msg").pages[0].text
    assert "**Subject:** 繁體中文" in text
    assert text.endswith("內文")


def test_outlook_mail_with_only_a_page_or_only_rtf() -> None:
    page = ole(msg({SUBJECT: "s"}, more={HTML: "<p>字 of the page</p>".encode()}))
    assert read_here(page, "a.msg").pages[0].text.endswith("字 of the page")
    rtf = b"{\\rtf1\\ansi plain words\\par}"
    packed = struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    assert "plain words" in read_here(ole(msg({SUBJECT: "s"}, more={RTF: packed})), "a.msg").pages[0].text


def test_packed_rtf_unpacks_as_its_specification_says() -> None:
    """Both examples of MS-OXRTFCP, the second of which copies what it is writing."""
    first = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpacked(first) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    second = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpacked(second) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert len(START) == 207


@pytest.mark.parametrize("data", [b"", b"short", struct.pack("<IIII", 9, 9, 7, 0) + b"x"])
def test_what_is_no_packed_rtf_gives_nothing(data: bytes) -> None:
    assert unpacked(data) == b""


def test_damaged_outlook_mail_is_refused() -> None:
    data = ole(msg({SUBJECT: "s", BODY: "b" * 5000}))
    with pytest.raises(CarrelError) as caught:
        read_here(data[:600] + "__properties_version1.0".encode("utf-16-le"), "a.msg")
    assert caught.value.code in ("damaged", "old_office")
