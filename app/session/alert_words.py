"""Alerts in words: what each watches, and what has happened."""

from __future__ import annotations

from app.core.units import format_duration
from app.core.words import say
from app.perf.alerts import Alert, Kind

KINDS: tuple[Kind, ...] = ("vram", "temperature", "ttft", "token", "waiting")


def alert_name(kind: Kind) -> str:
    """What is watched, for a list of limits."""
    return {
        "vram": say("Graphics memory in use"),
        "temperature": say("Temperature of the card"),
        "ttft": say("First token, 99 of 100"),
        "token": say("Time a token, 99 of 100"),
        "waiting": say("Questions waiting"),
    }[kind]


def value_words(kind: Kind, value: float) -> str:
    """A value of this kind with its unit."""
    if kind == "ttft":
        return format_duration(value)
    number = f"{value:,.0f}"
    return {"vram": f"{number} %", "temperature": f"{number} °C", "token": f"{number} ms"}.get(kind, number)


def alert_words(alert: Alert) -> str:
    """What happened, and what can be done, in two short sentences."""
    value, limit = value_words(alert.kind, alert.value), value_words(alert.kind, alert.limit)
    match alert.kind:
        case "vram" if alert.card and alert.is_quiet:
            return say(
                "{value} of the {gpu}'s memory is in use, as planned for this model.", value=value, gpu=alert.card
            )
        case "vram" if alert.card:
            return say(
                "{value} of the {gpu}'s memory is in use. Close other programs that use the card, or load with a "
                "shorter context.",
                value=value,
                gpu=alert.card,
            )
        case "temperature" if alert.card:
            return say(
                "The {gpu} is at {value}; your limit is {limit}. Give it air.",
                value=value,
                limit=limit,
                gpu=alert.card,
            )
        case "vram" if alert.is_quiet:
            return say("{value} of the graphics memory is in use, as planned for this model.", value=value)
        case "vram":
            return say(
                "{value} of the graphics memory is in use. Close other programs that use the card, or load with a "
                "shorter context.",
                value=value,
            )
        case "temperature":
            return say("The graphics card is at {value}; your limit is {limit}. Give it air.", value=value, limit=limit)
        case "ttft":
            return say(
                "The slowest of the last answers began after {value}; your limit is {limit}. Long documents take long "
                "to read the first time.",
                value=value,
                limit=limit,
            )
        case "token":
            return say(
                "The slowest of the last answers took {value} a token; your limit is {limit}.", value=value, limit=limit
            )
    return say("{count} questions wait for the engine.", count=value)


def alert_line(alert: Alert) -> str:
    """One line of the list of what was: its name, how far it went."""
    peak = value_words(alert.kind, alert.peak)
    return say("{name}: up to {value}", name=alert_name(alert.kind), value=peak)
