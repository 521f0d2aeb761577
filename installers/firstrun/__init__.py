"""First-run set-up: uv, the locked packages, the compiled engine, the system libraries. Standard library only."""
