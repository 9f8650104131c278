"""Starts the demo, signs in its accounts and lets schemathesis loose on the API as each of them."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "4")
# Nobody, those who may do most, and those between whose rights the boundaries lie.
ACCOUNTS = [None, "office", "leader", "visitor", "member"]


def start(merit: str) -> tuple[subprocess.Popen, str, dict[str, str]]:
    demo = subprocess.Popen(
        [merit, "--lang", "en", "demo", "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    base, accounts = None, {}
    for line in demo.stdout:
        if found := re.search(r"http://\S+", line):
            base = found.group(0).rstrip("/")
        elif base and (found := re.match(r"\s+(\w+)\s+(\S+)\s", line)):
            accounts[found.group(1)] = found.group(2)
        elif base:
            break
    if base is None:
        sys.exit("the demo doesn't start")
    return demo, base, accounts


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    return found.group(1) if found else ""


def headers(base: str, login: str | None, accounts: dict[str, str]) -> list[str]:
    if login is None:
        return []
    with requests.Session() as browser:
        page = browser.get(f"{base}/sign-in").text
        form = {"login": login, "password": accounts[login], "then": "/"}
        form["csrf"] = hidden(page, "csrf")
        browser.post(f"{base}/sign-in", data=form).raise_for_status()
        csrf = hidden(browser.get(f"{base}/").text, "csrf")
        if not csrf:
            sys.exit(f"{login} can't sign in")
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        return ["--header", f"Cookie: {cookies}", "--header", f"X-CSRF-Token: {csrf}"]


def fuzz(base: str, login: str | None, accounts: dict[str, str]) -> bool:
    print(f"== as {login or 'nobody'}", flush=True)
    proof = headers(base, login, accounts)
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{base}/api/v1/openapi.json",
        *proof,
        *("--checks", ",".join(CHECKS)),
        *("--phases", "examples,coverage,fuzzing"),
        *("--max-examples", EXAMPLES),
        "--generation-deterministic",
        *("--warnings", "off", "--no-color", "--continue-on-failure", "--no-shrink"),
        *("--suppress-health-check", "all"),
        *sys.argv[1:],
    ]
    with tempfile.TemporaryDirectory() as folder:
        passed = subprocess.run(command, cwd=folder).returncode == 0
    return passed and still_signed_in(base, proof)


def still_signed_in(base: str, proof: list[str]) -> bool:
    """Whether those were the account's answers to the end, and not nobody's."""
    if not proof:
        return True
    name, value = proof[1].split(": ", 1)
    answer = requests.get(f"{base}/api/v1/me/due", headers={name: value})
    if answer.status_code != 200:
        print(f"the session ended on the way: {answer.status_code}")
    return answer.status_code == 200


def main() -> None:
    merit = Path(os.environ.get("MERIT", "target/debug/merit")).resolve()
    demo, base, accounts = start(str(merit))
    try:
        failed = [login or "nobody" for login in ACCOUNTS if not fuzz(base, login, accounts)]
        if demo.poll() is not None:
            failed.append("the demo ended by itself")
    finally:
        demo.terminate()
        demo.wait(30)
    if failed:
        sys.exit(f"the API answers otherwise than documented: as {', '.join(failed)}")
    print("the API answers as documented")


if __name__ == "__main__":
    main()
