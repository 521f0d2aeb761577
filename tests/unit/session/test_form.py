"""The form of an answer: what is wrong with a schema or a grammar is said with its place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.core.params import Choices
from app.session.form import check_form, check_schema
from app.session.gbnf import check_grammar

GOOD = (
    'root ::= "yes" | "no"',
    '# a comment\nroot ::= item+ # behind it\nitem ::= [a-z0-9^\\]] [^\\n]* "\\x41\\u4e2d"\n',
    'root ::= (\n  "a" |\n  "b"\n){2,5} end?\nend ::= .\n',
    'root ::= "a" |\n  "b"\nthink-2 ::= <think> !<[151668]> ""',
    'root ::= list\nlist ::= "[" (value ("," value)*)? "]"\nvalue ::= list | [0-9]+',
)
BAD = (
    ("", "no rule named root"),
    ('answer ::= "a"', "no rule named root"),
    ("root ::= other", "rule other"),
    ('root = "a"', "line 1: a rule begins with its name"),
    ('root ::= "a"\nroot2 ::= "b', "line 2: a quotation mark"),
    ('root ::= ("a" | "b"', "line 1: a parenthesis"),
    ("root ::= [a-z", "line 1: a bracket"),
    ('root ::= * "a"', "nothing stands before *"),
    ('root ::= "a"{5,2}', "{2}, {2,} or {2,5}"),
    ('root ::= "a")', ") has no place here"),
    ('root ::= root "a" | "b"', "rule root of the grammar can begin with itself"),
    ('root ::= a\na ::= b? c\nb ::= "x"\nc ::= (a "y")', "begin with itself"),
    ('root ::= "a"?*', "what is repeated may be nothing"),
    ('root ::= ("a"? b)+\nb ::= "b" | ""', "rule root of the grammar repeats"),
    ("root ::= b{2,}\nb ::= [x]*", "rule root of the grammar repeats"),
    ("root ::= (a)*\na ::= [x]* a", "rule a of the grammar"),
)


@pytest.mark.parametrize("text", GOOD)
def test_grammars_that_llama_cpp_takes(text: str) -> None:
    check_grammar(text)


@pytest.mark.parametrize(("text", "words"), BAD)
def test_grammars_that_it_refuses(text: str, words: str) -> None:
    with pytest.raises(CarrelError) as caught:
        check_grammar(text)
    assert caught.value.code == "bad_grammar"
    assert words in str(caught.value)


@given(st.text(alphabet='ab:=|()[]{}"\\*+?.,09 \n#<>!-', max_size=60))
def test_any_grammar_is_taken_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(CarrelError):  # anything else would reach the user as an unforeseen error
        check_grammar("root ::= " + text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "object"', "line 1"),
        ('{\n "type" "object"}', "line 2, character 9"),
        ("[1]", "object in braces"),
        ('{"properties": {"age": {"type": "int"}}}', "type int"),
        ('{"items": {"$ref": "#/$defs/person"}}', "points to #/$defs/person"),
        ('{"$ref": "https://example.org/schema"}', "nothing is fetched"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_schemas_that_cannot_be_used(text: str, words: str) -> None:
    with pytest.raises(CarrelError) as caught:
        check_schema(text)
    assert caught.value.code == "bad_schema"
    assert words in str(caught.value)


def test_schemas_that_can() -> None:
    check_schema('{"type": ["string", "null"], "enum": [{"type": "int"}]}')
    check_schema('{"$defs": {"a/b": {"type": "integer"}}, "items": {"$ref": "#/$defs/a~1b"}}')
    check_schema('{"properties": {"child": {"$ref": "#"}}}')
    check_form(Choices())


def test_a_form_is_looked_at_when_there_is_one() -> None:
    with pytest.raises(CarrelError):
        check_form(Choices(grammar="root"))
    with pytest.raises(CarrelError):
        check_form(Choices(json_schema="{"))
