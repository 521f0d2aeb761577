"""The vault: explained before it is made, its recovery key shown once, what opens it and when it locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.passphrase import Cost
from app.session import vault

if TYPE_CHECKING:
    from app.ui.scenes import Scene
    from app.ui.screenshots import Studio

_FAST = Cost(memory_kib=64, passes=1, lanes=1)


def scenes(studio: Studio) -> list[Scene]:
    return [
        ("90-vault", lambda: explained(studio)),
        ("91-vault-made", lambda: made(studio)),
    ]


def explained(studio: Studio) -> None:
    studio.window.show_page("vault")
    page: Any = studio.window.pages["vault"]
    for secret in (page.making.phrase, page.making.again):
        secret.edit.setText("heron reeds lantern eleven")
    page.making.understood.setChecked(True)


def made(studio: Studio) -> None:
    studio.window.show_page("vault")
    page: Any = studio.window.pages["vault"]
    vault.create_vault(studio.desk, "heron reeds lantern eleven", page.show_recovery, _fail, cost=_FAST)
    studio.wait(lambda: page.recovery is not None)
    page.recovery.key.setText("TLTW-BAVT-BUSW-OOTD-TURN-TAM5-GQLP-G4BY")


def _fail(error: Exception) -> None:
    raise error
