"""The words of TeX that answers use are typeset, each so that nothing of it is lost."""

from __future__ import annotations

import re
import warnings
from functools import cache

import pytest

from app.session.tex.fitness import is_hopeless
from app.session.tex.macros import expand
from app.session.tex.signs import FACE
from app.session.tex.typesetting import Typesetter

USUAL = r"""
\begin{aligned} a &= b + c \\ &= d \end{aligned}
f(x)=\begin{cases} x^2 & \text{if } x>0 \\ 0 & \text{otherwise} \end{cases}
\begin{pmatrix}1&2\\3&4\end{pmatrix} \begin{bmatrix}1\\2\end{bmatrix} \begin{vmatrix}1\\2\end{vmatrix}
\begin{dcases} a & b \end{dcases} \begin{rcases} a & b \end{rcases}
\left(\begin{array}{cc}1&2\\4&5\end{array}\right) \left[\begin{array}{c}\vdots\\ \ddots\end{array}\right]
\begin{align} a &= b \tag{1}\\ c &= d \tag{2}\end{align}
\begin{gather} a \\ b \end{gather} \begin{split} a &= b \end{split} \begin{multline} a \\ b \end{multline}
\sum_{n=1}^\infty \frac{1}{n^2} \prod_{i=1}^n \int_0^1 f(x)\,dx \oint_C \iint_D \lim_{x\to 0} \limsup_{n} \bigcup_i
\frac{\sum_i x_i}{\sqrt[3]{y}} \dfrac{a}{b} \tfrac{a}{b} \cfrac{1}{1+x} \binom{n}{k} \genfrac{[}{]}{0pt}{}{n}{k}
\boxed{x=42} \fbox{x} \cancel{x} \bcancel{x} \xcancel{x} \cancelto{0}{x}
\color{red}{x} \textcolor{blue}{x+1} \colorbox{yellow}{x}
E=mc^2 \tag{1}
\operatorname{softmax}(x) \operatorname*{argmax}_{x} f(x) \mathop{\mathrm{argmin}}_\theta L \argmax_x \sgn x
\mathbb{R}^n \mathbb{1} \mathds{1} \mathcal{L} \mathscr{L} \mathfrak{g} \mathbf{x} \boldsymbol{\alpha} \bm{x}
\text{if } \textbf{bold} \textit{it} \texttt{tt} \text{a $x^2$ b} \mbox{a b}
\vec{v} \hat{x} \widehat{xyz} \bar{x} \overline{AB} \underline{AB} \tilde{x} \dot{x} \ddot{x} \overrightarrow{AB}
\underbrace{a+b}_{n} \overbrace{a+b}^{n} \overset{a}{b} \underset{a}{b} \stackrel{\text{def}}{=} \substack{a \\ b}
\xrightarrow{f} \xrightarrow[a]{b} \xleftarrow{f} \rightleftharpoons \implies \iff \to \mapsto \hookrightarrow
\lVert \mathbf{w} \rVert_2^2 \lvert x \rvert \|x\| \lfloor x \rfloor \left. \frac{dx}{dt} \right|_{t=0}
\big( \Bigl[ x \Bigr] \big) \left\{ x \right\} \left\lVert x \right\rVert \langle x, y \rangle \mathrm{d}x
a \bmod b \quad a \pmod{b} \qquad \gcd(a,b) \lcm(a,b)
x := 3 \coloneqq \triangleq \neq \not= \leq \approx \equiv \propto \ll \in \notin \subseteq \cup \setminus \emptyset
\forall \exists \neg \land \lor \therefore \because \partial \nabla \infty \hbar \ell \aleph \dag \S \checkmark
90^\circ \degree 10\% \$5 \# x' f''(x) \cdots \ldots \vdots \displaystyle {n \choose k} {a \over b}
"""


@cache
def typesetter() -> Typesetter:
    with warnings.catch_warnings():  # of the typesetter's own imports
        warnings.simplefilter("ignore")
        return Typesetter()


def shown(tex: str) -> str:
    made = typesetter().set_formula(tex, display=True)
    assert "svg" in made, (tex, made)
    return str(made["svg"])


@pytest.mark.parametrize("tex", USUAL.strip().splitlines())
def test_what_an_answer_uses_is_typeset(tex: str) -> None:
    assert not is_hopeless(tex)
    assert shown(tex).count("<path") > 2


@pytest.mark.parametrize(
    ("tex", "signs"),
    [
        (r"\text{速度} = \frac{\text{路程}}{\text{时间}}", "速度路程时间"),
        ("S_{阴影} = 速度", "阴影速度"),
        (r"\boxed{\text{答案：} 42}", "答案："),
        (r"\text{한국어 かな}", "한국어かな"),
        (r"\ce{N2 + 3H2 <=>[高温、高压][催化剂] 2NH3}", "高温、高压催化剂"),
    ],
)
def test_chinese_keeps_its_room_and_is_left_to_the_face_of_the_text(tex: str, signs: str) -> None:
    assert not is_hopeless(tex)
    found = re.findall(rf'<text[^>]*font-family="{FACE}"[^>]*>(.)</text>', shown(tex))
    assert sorted(found) == sorted(signs)


def test_chinese_is_as_wide_as_it_is_drawn() -> None:
    one, four = (typesetter().set_formula(rf"\text{{{'字' * count}}}", display=False)["width"] for count in (1, 4))
    assert float(str(four)) - float(str(one)) == pytest.approx(3 * 0.92, abs=0.05)


def test_words_that_would_be_lost_or_wrong_are_said_otherwise() -> None:
    assert expand(r"\mathop{\mathrm{argmin}}_\theta") == r"\operatorname*{argmin}_\theta"
    assert expand(r"\text{a $x^2$ b}") == r"\text{a }x^2\text{ b}"
    assert expand(r"\cancelto{0}{\cancelto{1}{x}}") == r"{\cancel{{\cancel{x}}^{1}}}^{0}"
    assert expand(r"\dag x \lVert y\rVert") == r"\dagger  x \| y\|"
    assert expand(r"\Sigma \Pi") == r"\Sigma \Pi"
    assert expand(r"\genfrac{(}{)}{0pt}{}{n}{k}") == r"\binom{n}{k}"


def test_a_norm_with_an_index_is_as_high_as_what_is_in_it() -> None:
    plain = typesetter().set_formula(r"\lVert x \rVert", display=True)
    indexed = typesetter().set_formula(r"\lVert x \rVert_2^2", display=True)
    assert float(str(indexed["ascent"])) < float(str(plain["ascent"])) + 0.45


@pytest.mark.parametrize("arrow", ["xrightarrow", "xrightleftharpoons"])
def test_an_arrow_is_as_long_as_its_words(arrow: str) -> None:
    short, long = (
        typesetter().set_formula(rf"\{arrow}{{\text{{{words}}}}}", display=True) for words in ("a", "a" * 20)
    )
    assert float(str(long["width"])) > 3 * float(str(short["width"]))
    assert float(str(short["width"])) > 1.4


@pytest.mark.parametrize(
    ("tex", "lines"),
    [
        (r"\left(\begin{array}{cc|c}1&2&3\\4&5&6\end{array}\right)", 1),
        (r"\begin{array}{|c|c|}\hline p & q \\ \hline T & F \\ \hline\end{array}", 6),
        (r"\begin{array}{c|c} x & y \\ \hline \begin{array}{c}1\\2\end{array} & 2 \end{array}", 2),
        (r"\begin{array}{cc} a & b \end{array}", 0),
    ],
)
def test_lines_of_arrays_are_drawn(tex: str, lines: int) -> None:
    assert not is_hopeless(tex)
    assert shown(tex).count("<rect") == lines


def test_rows_of_aligned_equations_stand_a_line_and_a_half_apart() -> None:
    one, two = (typesetter().set_formula(tex, display=True) for tex in (r"\begin{aligned} a &= b \end{aligned}",
        r"\begin{aligned} a &= b \\ &= b \end{aligned}"))  # fmt: skip
    high = [float(str(made["ascent"])) + float(str(made["depth"])) for made in (one, two)]
    assert 1.2 < high[1] - high[0] < 1.7


def test_numbers_at_the_side_are_apart_and_know_their_lines() -> None:
    tex = r"\begin{align} a &= \frac{b}{c} \tag{1} \\ d &= e \tag*{A} \end{align}"
    apart = typesetter().set_formula(tex, display=True, apart=True)
    behind = typesetter().set_formula(tex, display=True)
    tags = apart["tags"]
    assert isinstance(tags, list)
    assert tags[0]["line"] < tags[1]["line"]
    assert tags[0]["width"] > tags[1]["width"] > 0
    assert float(str(behind["width"])) > float(str(apart["width"])) + 2
    assert "tags" not in behind
    assert "tags" not in typesetter().set_formula("x", display=True, apart=True)
