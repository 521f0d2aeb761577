"""Chemistry becomes plain TeX: what is understood is set, what is not stays as it was written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.session.tex.chemistry import translate_chemistry, translate_unit
from app.session.tex.fitness import is_hopeless
from app.session.tex.reaction import translate_reaction


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("H2O", r"\mathrm{H} _{2} \mathrm{O}"),
        ("2H2O", r"2\, \mathrm{H} _{2} \mathrm{O}"),
        ("0.5 H2", r"0.5\, \mathrm{H} _{2}"),
        ("1/2 H2", r"\tfrac{1}{2}\, \mathrm{H} _{2}"),
        ("n H2", r"n\, \mathrm{H} _{2}"),
        ("SO4^2-", r"\mathrm{SO} _{4} ^{2-}"),
        ("Y^{99+}", r"\mathrm{Y} ^{99+}"),
        ("Na+", r"\mathrm{Na} ^{+}"),
        ("[AgCl2]-", r"[ \mathrm{AgCl} _{2} ] ^{-}"),
        ("Ag+(aq)", r"\mathrm{Ag} ^{+} \mathrm{(aq)}"),
        ("Fe^{III}", r"\mathrm{Fe} ^{\mathrm{III}}"),
        ("NO2^{.}", r"\mathrm{NO} _{2} ^{\bullet }"),
        ("^{227}_{90}Th+", r"{}^{227} _{90} \mathrm{Th} ^{+}"),
        ("^14_6C", r"{}^{14} _{6} \mathrm{C}"),
        ("e-", r"\mathrm{e} ^{-}"),
        ("A-B=C#D", r"\mathrm{A} \text{–} \mathrm{B} {=} \mathrm{C} {\equiv} \mathrm{D}"),
        (r"A\bond{...}B", r"\mathrm{A} {\cdots} \mathrm{B}"),
        ("CuSO4*5H2O", r"\mathrm{CuSO} _{4} \cdot 5\, \mathrm{H} _{2} \mathrm{O}"),
        ("A + B -> C", r"\mathrm{A} + \mathrm{B} \;\longrightarrow\; \mathrm{C}"),
        ("A <=> B", r"\mathrm{A} \;\rightleftharpoons\; \mathrm{B}"),
        ("A ->[H2O] B", r"\mathrm{A} \xrightarrow{\mathrm{H} _{2} \mathrm{O}} \mathrm{B}"),
        (r"A <=>[加热][\Delta] B", r"\mathrm{A} \xrightleftharpoons[\Delta]{\text{加热}} \mathrm{B}"),
        (
            "A ->[in water, slowly] B",
            r"\mathrm{A} \xrightarrow{\mathrm{in} \mathrm{water} , \mathrm{slowly}} \mathrm{B}",
        ),
        ("BaSO4 v", r"\mathrm{BaSO} _{4} \downarrow"),
        ("CO2 ^ + C", r"\mathrm{CO} _{2} \uparrow + \mathrm{C}"),
        ("CO2(^)", r"\mathrm{CO} _{2} \uparrow"),
        ("C_nH_{2n+2}", r"\mathrm{C} _{n} \mathrm{H} _{2n+2}"),
        ("(NaPO3)_x", r"( \mathrm{NaPO} _{3} ) _{x}"),
        ("$K$ H", r"{K} \mathrm{H}"),
        ("A <=>> B", None),
        ("A <-->[x] B", None),
        ("A @ B", None),
        (r"A \foo B", None),
        ("A^", None),
    ],
)
def test_a_reaction(words: str, made: str | None) -> None:
    assert translate_reaction(words) == made


def test_units() -> None:
    assert translate_unit("123 kJ/mol") == r"123\,\mathrm{kJ}/\mathrm{mol}"
    assert translate_unit("-6.02e23 mol-1") == r"{-}6.02\times 10^{23}\,\mathrm{mol}^{-1}"
    assert translate_unit("5 !") is None


def test_what_is_not_understood_is_shown_as_it_was_written() -> None:
    assert translate_chemistry(r"K = \ce{A <=>> B}") == r"K = \ce{A <=>> B}"
    assert is_hopeless(r"\ce{A <=>> B}")
    assert not is_hopeless(r"K_a = \frac{[\ce{H+}][\ce{A-}]}{[\ce{HA}]}")


_ELEMENTS = st.sampled_from(["H", "C", "O", "Na", "Fe", "Cl", "(OH)", "[Cu(NH3)4]"])
_ATOM = st.builds(lambda name, count: name + (str(count) if count > 1 else ""), _ELEMENTS, st.integers(1, 12))
_CHARGE = st.sampled_from(["", "+", "-", "^2+", "^2-", "^{3+}", "(aq)", "(s)", " v", " ^"])
_TERM = st.builds(
    lambda amount, atoms, charge: amount + "".join(atoms) + charge,
    st.sampled_from(["", "2 ", "3", "1/2 ", "n "]),
    st.lists(_ATOM, min_size=1, max_size=4),
    _CHARGE,
)
_SIDE = st.lists(_TERM, min_size=1, max_size=3).map(" + ".join)
_ARROWS = st.sampled_from(["->", "<=>", "<-", "<->", "->[H2O]", r"->[\Delta][Fe]", "<=>[加热]"])


@settings(max_examples=40, deadline=None)
@given(_SIDE, _ARROWS, _SIDE)
def test_every_equation_is_understood_and_loses_no_letter(left: str, arrow: str, right: str) -> None:
    made = translate_reaction(f"{left} {arrow} {right}")
    assert made is not None
    assert made.count("{") == made.count("}")
    words = re.sub(r"\[[^\]]*\]$|(?<=\s)v(?=\s|$)", "", f"{left} {right}").replace(" v ", " ")
    for element in re.findall(r"[A-Z][a-z]?", words):
        assert element in made


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.sampled_from("HOn2^_+-=<>[](){}$\\. */v#加"), max_size=24))
def test_any_words_become_balanced_tex_or_stay(words: str) -> None:
    made = translate_reaction(words)
    if made is not None:
        bare = re.sub(r"\\.", "", made)
        assert bare.count("{") == bare.count("}")
