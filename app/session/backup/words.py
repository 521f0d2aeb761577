"""What a backup holds and what a restore did, in sentences."""

from __future__ import annotations

from app.core.words import say, sentences
from app.session.backup.manifest import Manifest
from app.session.backup.restoring import Restored


def backup_words(manifest: Manifest, size: str, *, locked: bool) -> str:
    """What is inside, what is not, and who can read it."""
    counts = {name: f"{manifest.counts.get(name, 0):,}" for name in ("chats", "messages", "documents")}
    parts = [
        say(
            "Inside: chats {chats}, messages {messages}, documents {documents}, settings and presets ({size}).",
            **counts,
            size=size,
        ),
        say("Read back and checked."),
        say("Models and what the engine keeps of readings are not inside."),
    ]
    if locked:
        parts.append(say("Without its passphrase nobody can open it, not even you."))
    else:
        parts.append(say("Whoever has the file can read it."))
    return sentences(*parts)


def restored_words(restored: Restored) -> str:
    """What came, or where the old things are."""
    if restored.aside is not None:
        return say(
            "The backup is in place. What was here before is kept in {folder}.",
            folder=str(restored.aside),
        )
    parts = [
        say("1 chat came from the backup.")
        if restored.chats == 1
        else say("{count} chats came from the backup.", count=f"{restored.chats:,}")
    ]
    if restored.known:
        parts.append(say("{count} were here already.", count=f"{restored.known:,}"))
    if restored.sets:
        parts.append(say("New document sets: {count}.", count=f"{restored.sets:,}"))
    if restored.presets:
        parts.append(say("New presets: {count}.", count=f"{restored.presets:,}"))
    parts.append(say("Your settings stay as they are."))
    return sentences(*parts)
