"""The ledger, by a second hand: entries, tree, signatures and export are made here from the specifications alone, and
Merit must take them, find them sound, publish the same tiles, give the same proofs and write the same bytes back.

RFC 6962 (tree, proofs), RFC 8032 (Ed25519), RFC 8785 (canonical JSON), C2SP signed-note, tlog-checkpoint, tlog-tiles.

    ledger.py [--merit PROGRAM]
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import ed25519
from merit import NO_PROGRAM, program
from report import Report

ORIGIN = "county.example.org/log"
# Around what a tile and a tile of tiles hold; the last entries are under no checkpoint.
CHECKPOINTS = [1, 2, 255, 256, 257, 1000, 65_536, 65_800]
ENTRIES = 65_836
PROVED = [0, 1, 255, 256, 999, 65_535, 65_799]
SHA = hashlib.sha256


class Tree:
    """The Merkle tree of RFC 6962, straight from its definition."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = [SHA(b"\0" + leaf).digest() for leaf in leaves]
        self.head = cache(self._head)

    def _head(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self.leaves[start]
        middle = start + split(end - start)
        return SHA(b"\1" + self.head(start, middle) + self.head(middle, end)).digest()

    def path(self, leaf: int, start: int, end: int) -> list[bytes]:
        """PATH(m, D[n]), section 2.1.1."""
        if end - start == 1:
            return []
        middle = start + split(end - start)
        if leaf < middle:
            return [*self.path(leaf, start, middle), self.head(middle, end)]
        return [*self.path(leaf, middle, end), self.head(start, middle)]

    def subproof(self, old: int, start: int, end: int, whole: bool) -> list[bytes]:
        """SUBPROOF(m, D[n], b), section 2.1.2; `old` counts from 0."""
        if old == end:
            return [] if whole else [self.head(start, end)]
        middle = start + split(end - start)
        if old <= middle:
            return [*self.subproof(old, start, middle, whole), self.head(middle, end)]
        return [*self.subproof(old, middle, end, False), self.head(start, middle)]


def split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)


class Key:
    """The log's key and its two texts (C2SP signed-note)."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.public = b"\1" + ed25519.public(secret)
        self.id = SHA(ORIGIN.encode() + b"\n" + self.public).digest()[:4]

    def verifier(self) -> str:
        return f"{ORIGIN}+{self.id.hex()}+{text(self.public)}"

    def checkpoint(self, size: int, root: bytes, time: int) -> str:
        says = f"{ORIGIN}\n{size}\n{text(root)}\ntime {time}\n"
        signature = ed25519.sign(self.secret, says.encode())
        return f"{says}\n— {ORIGIN} {text(self.id + signature)}\n"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def body(number: int) -> bytes:
    """An entry in canonical JSON: keys sorted, no spaces, characters as they are."""
    says = {"at": 1_772_352_000 + number, "kind": "record.filed", "note": "优\n\"é\"", "of": f"u{number % 13}"}
    return json.dumps(says, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def salt(number: int) -> bytes:
    return SHA(b"salt %d" % number).digest()


def line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def export(tree: Tree, commitments: list[bytes], key: Key) -> tuple[bytes, list[str]]:
    """The export of the ledger, and its checkpoints."""
    notes = [key.checkpoint(size, tree.head(0, size), 1_772_400_000 + 86_400 * day) for day, size in enumerate(CHECKPOINTS)]
    size = CHECKPOINTS[-1]
    header = {"format": "merit-ledger/1", "origin": ORIGIN, "size": size, "root": tree.head(0, size).hex()}
    lines = [line(header | {"checkpoint": notes[-1], "earlier": len(notes) - 1, "entries": ENTRIES})]
    lines += [line({"checkpoint": note}) for note in notes[:-1]]
    for number, commitment in enumerate(commitments):
        start = f'{{"index":{number},"commitment":"{commitment.hex()}","salt":"{salt(number).hex()}","body":'
        lines.append(start.encode() + body(number) + b"}\n")
    items = [(SHA(b"item %d" % number).digest()[:16], b"sealed" * number) for number in range(1, 20)]
    for name, sealed in sorted(items):
        lines.append(line({"item": name.hex(), "digest": SHA(sealed).hexdigest(), "sealed": text(sealed)}))
    lines.append(line({"lines": len(lines), "items": len(items), "digest": SHA(b"".join(lines)).hexdigest()}))
    return b"".join(lines), notes


def tiles(tree: Tree, commitments: list[bytes], size: int) -> dict[str, bytes]:
    """Every file of the published tree but the checkpoint (C2SP tlog-tiles)."""
    files = {}
    for level in range(8):
        width = 256**level
        count = size // width
        for first in range(0, count, 256):
            part = range(first, min(first + 256, count))
            name = path(first // 256, len(part))
            files[f"tile/{level}/{name}"] = b"".join(tree.head(at * width, (at + 1) * width) for at in part)
            if level == 0:
                files[f"tile/entries/{name}"] = b"".join(b"\0\x20" + commitments[at] for at in part)
    return files


def path(index: int, width: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return "/".join(groups) + ("" if width == 256 else f".p/{width}")


class Desk:
    """A folder in which Merit is run."""

    def __init__(self, merit: list[str], folder: Path) -> None:
        self.merit, self.folder = merit, folder

    def run(self, *line: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*self.merit, "ledger", *line], cwd=self.folder, capture_output=True, check=False)

    def must(self, report: Report, name: str, code: int, *line: str) -> bytes:
        """Runs a command that must end with this exit code; what it printed."""
        done = self.run(*line)
        wrong = [] if done.returncode == code else [f"exit code {done.returncode}: {done.stderr.decode().strip()}"]
        report.check(f"ledger: {name}", wrong)
        return done.stdout


def check(report: Report, merit: list[str] | None) -> None:
    """Everything."""
    report.check("ledger: Ed25519 as in RFC 8032", ed25519.wrong())
    if merit is None:
        report.left_out("ledger", NO_PROGRAM)
        return
    key = Key(SHA(b"the log's secret").digest())
    commitments = [SHA(salt(number) + body(number)).digest() for number in range(ENTRIES)]
    tree = Tree(commitments)
    exported, notes = export(tree, commitments, key)
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(merit, Path(folder))
        (desk.folder / "log.pub").write_text(key.verifier() + "\n")
        (desk.folder / "own.jsonl").write_bytes(exported)
        trust = ("--key", "log.pub")
        desk.must(report, "an export made elsewhere is taken", 0, "import", "own.jsonl", "a.merit", *trust)
        said = desk.must(report, "it is found sound", 0, "verify", "a.merit", *trust, "--json")
        check_verdict(report, json.loads(said or "{}"), tree)
        desk.must(report, "it is written out", 0, "export", "a.merit", "--vault", "--out", "again.jsonl")
        again = (desk.folder / "again.jsonl").read_bytes()
        report.check("ledger: the same bytes come back", [] if again == exported else ["another export"])
        check_tiles(report, desk, tiles(tree, commitments, CHECKPOINTS[-1]), notes[-1])
        check_proofs(report, desk, tree, notes)
        check_alterations(report, desk, exported)


def check_verdict(report: Report, said: dict[str, object], tree: Tree) -> None:
    wanted = {"sound": True, "size": ENTRIES, "root": tree.head(0, ENTRIES).hex(), "covered": CHECKPOINTS[-1]}
    wrong = [f"{name}: {said.get(name)}, expected {value}" for name, value in wanted.items() if said.get(name) != value]
    report.check("ledger: size, root and cover", wrong)


def check_tiles(report: Report, desk: Desk, wanted: dict[str, bytes], note: str) -> None:
    desk.must(report, "the tree is published", 0, "tiles", "a.merit", "log")
    root = desk.folder / "log"
    found = {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}
    wanted = wanted | {"checkpoint": note.encode()}
    wrong = [name for name in sorted(found.keys() | wanted.keys()) if found.get(name) != wanted.get(name)]
    report.check(f"ledger: {len(wanted)} files of the tree, byte by byte", wrong)


def check_proofs(report: Report, desk: Desk, tree: Tree, notes: list[str]) -> None:
    size, wrong = CHECKPOINTS[-1], []
    for entry in PROVED:
        said = json.loads(desk.run("prove", "a.merit", "--entry", str(entry)).stdout or "{}")
        wanted = {
            "index": entry,
            "body": body(entry).decode(),
            "salt": salt(entry).hex(),
            "proof": [node.hex() for node in tree.path(entry, 0, size)],
            "checkpoint": notes[-1],
        }
        wrong += [] if said == wanted else [f"entry {entry}: {said}"]
    report.check(f"ledger: {len(PROVED)} entries proved", wrong)
    wrong = []
    for old, note in zip(CHECKPOINTS, notes, strict=True):
        said = json.loads(desk.run("prove", "a.merit", "--from", str(old)).stdout or "{}")
        proof = [node.hex() for node in tree.subproof(old, 0, size, True)]
        wanted = {"from": old, "to": size, "proof": proof, "old": note, "new": notes[-1]}
        wrong += [] if said == wanted else [f"from {old}: {said}"]
    report.check(f"ledger: {len(CHECKPOINTS)} earlier trees shown to be how it began", wrong)


def check_alterations(report: Report, desk: Desk, exported: bytes) -> None:
    """A bit of every line's middle, for lines all over the file."""
    starts = [0]
    while (end := exported.find(b"\n", starts[-1]) + 1) and end < len(exported):
        starts.append(end)
    wrong = []
    chosen = starts[:: len(starts) // 12] + starts[-3:]
    for start in chosen:
        at = (start + exported.index(b"\n", start)) // 2
        altered = exported[:at] + bytes([exported[at] ^ 1]) + exported[at + 1 :]
        (desk.folder / "altered.jsonl").write_bytes(altered)
        done = desk.run("import", "altered.jsonl", "b.merit", "--key", "log.pub")
        if done.returncode != 3 or (desk.folder / "b.merit").exists():
            wrong.append(f"byte {at}: exit code {done.returncode}")
    report.check(f"ledger: {len(chosen)} altered bytes refused", wrong)


def main() -> None:
    """The ledger alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--merit")
    report = Report()
    check(report, program(parser.parse_args().merit))
    sys.exit(report.finish())


if __name__ == "__main__":
    main()
