"""What a chart draws: lines, and the stretches in which something held."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """`role` a colour of the theme; `share` below 1 fades it. Dashes and dots tell lines apart without colours."""

    name: str
    points: tuple[Point, ...]
    role: str = "accent"
    share: float = 1.0
    dashed: bool = False
    dots: bool = False

    def near(self, x: float) -> float | None:
        """The value of the point that is nearest."""
        return min(self.points, key=lambda point: abs(point[0] - x), default=(0.0, None))[1]


@dataclass(frozen=True, slots=True)
class Band:
    """Stretches of the x axis in which something held, shaded behind the lines."""

    name: str
    stretches: tuple[tuple[float, float], ...]
    role: str = "care"

    def holds(self, x: float) -> bool:
        """Whether it held at this place."""
        return any(low <= x <= high for low, high in self.stretches)


def figure_words(value: float) -> str:
    """As precisely as one can read a chart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
