"""`sojourn --install-completion`: each shell loads what it writes, and completes with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_in(home: Path, *command: str) -> str:
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
    }
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=home, env=environment, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def install(home: Path, shell: str) -> str:
    """The path of the shell, once the completion is installed for it."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    out = run_in(home, sys.executable, "-m", "sojourn", "--install-completion", "--shell", shell)
    assert "Completion script installed" in out
    return program


BASH = """
source ~/.bashrc
complete_words() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _sojourn
  echo "${COMPREPLY[@]}"
}
complete -p sojourn
complete_words sojourn ch
complete_words sojourn borders class
complete_words sojourn check --j
"""


def test_bash(tmp_path: Path) -> None:
    bash = install(tmp_path, "bash")
    declared, *completed = run_in(tmp_path, bash, "--norc", "-c", BASH).splitlines()
    assert declared == "complete -F _sojourn sojourn"
    assert completed == ["check", "classify", "--json"]


ZSH = """
source ~/.zshrc
autoload -Uz compinit && compinit -u -d ~/.zcompdump
echo $_comps[sojourn]
autoload -Uz +X _cyclopts_sojourn
functions _cyclopts_sojourn
"""


def test_zsh(tmp_path: Path) -> None:
    zsh = install(tmp_path, "zsh")
    registered, body = run_in(tmp_path, zsh, "-f", "-c", ZSH).split("\n", 1)
    assert registered == "_cyclopts_sojourn"
    assert all(word in body for word in ("check:", "classify:", "--json"))


FISH = """
source ~/.config/fish/completions/sojourn.fish
complete -C "sojourn che"
complete -C "sojourn borders class"
complete -C "sojourn check --j"
"""


def test_fish(tmp_path: Path) -> None:
    fish = install(tmp_path, "fish")
    lines = run_in(tmp_path, fish, "--no-config", "-c", FISH).splitlines()
    assert [line.split("\t")[0] for line in lines] == ["check", "classify", "--json"]
