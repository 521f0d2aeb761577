"""What the user chose, in one TOML file. Unknown keys are kept out, damaged files are set aside, never lost."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

import msgspec
import tomli_w

from app.core.files import cannot_read, write_durably


class Settings(msgspec.Struct, frozen=True):
    """Every choice with its default. Change with `msgspec.structs.replace` and `save_settings`."""

    language: str = "system"  # "system", "en", "zh_CN"
    theme: str = "system"  # "system", "light", "dark"
    models_folder: str = ""  # empty: the profile's own
    last_model: str = ""  # path of the GGUF loaded last
    hub_endpoint: str = ""  # empty: HF_ENDPOINT, else the hub
    proxy: str = ""  # empty: HTTPS_PROXY, else none
    vram_margin_mib: int = 512  # kept free for the desktop and other programs
    thinking: bool = True
    system_prompt: str = ""
    default_preset: str = ""  # key of the preset a new chat begins with; empty: none
    notify: bool = True  # say by the desktop when a long answer or a download ended
    tray: bool = False  # an icon in the system tray; closing the window hides it there
    name_chats: bool = True  # the model names a chat after its first answer, unless the user has
    keep_sessions: bool = True  # what the engine has read of long documents stays on disk for the next chat
    sessions_gb: float = 0.0  # the most disk it may take; 0: as much as seems fair
    idle_unload_min: int = 0  # minutes without a question after which the model leaves memory; 0: never
    threads: int = 0  # of the processor that the engine uses; 0: one for each core
    daily_backup: bool = False  # a backup a day in the profile's folder, the last seven kept
    speculation: bool = True  # guess ahead and let the model check many words at once, where that pays
    vault_idle_min: int = 10  # minutes without a key or a click after which a vault locks itself; 0: never
    vault_lock_at_sleep: bool = True  # and when the computer sleeps or its screen is locked
    bin_days: int = 30  # a deleted chat stays in the recycle bin; 0: until it is emptied by hand
    bin_told_s: float = 0.0  # when it was first said that the bin empties itself (Unix seconds); 0: not yet
    draft_model: bool = False  # a small model that is here may speculate too; on an H200 it cost more than it won
    alert_vram_percent: int = 85  # of a card's memory; for this and the next four 0 is off
    alert_temperature_c: int = 85
    alert_ttft_s: float = 30.0  # to the first token, which 99 of 100 answers stay under
    alert_token_ms: int = 0  # for each token, likewise
    alert_waiting: int = 3  # questions that wait for the engine


def load_settings(file: Path) -> Settings:
    """The saved choices, or the defaults. A file that cannot be read is renamed to `*.damaged` and defaults hold."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Settings, strict=False)
    except FileNotFoundError:
        return Settings()
    except (ValueError, msgspec.ValidationError):
        _set_aside(file)
        return Settings()
    except OSError as error:
        raise cannot_read(file, error) from error


def save_settings(file: Path, settings: Settings) -> None:
    """Write, fsync, rename: the old file stays whole until the new one is."""
    write_durably(file, tomli_w.dumps(msgspec.to_builtins(settings)).encode())


def _set_aside(file: Path) -> None:
    """Rename to the first free `*.damaged`, `*.damaged-2`…; where that is forbidden the next save says why."""
    names = (file.with_name(f"{file.name}.damaged{ending}") for ending in ("", *(f"-{n}" for n in range(2, 1000))))
    free = next((name for name in names if not name.exists()), None)
    with contextlib.suppress(OSError):
        if free is not None:
            file.rename(free)
