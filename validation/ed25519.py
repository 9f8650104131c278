"""Ed25519 signatures, from RFC 8032 section 5.1. Slow, and not for secrets: it is here to check signatures by a second hand."""

from __future__ import annotations

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)

# A point as X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z.
Point = tuple[int, int, int, int]


def recover(y: int, odd: int) -> int:
    """The x of a point of the curve whose y and lowest bit of x are known."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    return P - x if x % 2 != odd else x


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = recover(BASE_Y, 0)
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def add(left: Point, right: Point) -> Point:
    """Section 5.1.4."""
    a = (left[1] - left[0]) * (right[1] - right[0]) % P
    b = (left[1] + left[0]) * (right[1] + right[0]) % P
    c = 2 * left[3] * right[3] * D % P
    d = 2 * left[2] * right[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(factor: int, point: Point) -> Point:
    """The point added to itself so many times."""
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


def encode(point: Point) -> bytes:
    """Section 5.1.2."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expand(secret: bytes) -> tuple[int, bytes]:
    """The scalar and the prefix of a secret, section 5.1.5."""
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | 1 << 254, digest[32:]


def public(secret: bytes) -> bytes:
    """The public key of 32 secret bytes."""
    return encode(times(expand(secret)[0], BASE))


def sign(secret: bytes, message: bytes) -> bytes:
    """Section 5.1.6."""
    scalar, prefix = expand(secret)
    nonce = number(prefix + message)
    first = encode(times(nonce, BASE))
    challenge = number(first + public(secret) + message)
    return first + ((nonce + challenge * scalar) % ORDER).to_bytes(32, "little")


def number(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % ORDER


# Section 7.1, tests 1 and 3: secret, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def wrong() -> list[str]:
    """Where this differs from the published examples."""
    found = []
    for secret, key, message, signature in VECTORS:
        seed = bytes.fromhex(secret)
        if public(seed).hex() != key:
            found.append(f"public key of {secret}")
        if sign(seed, bytes.fromhex(message)).hex() != signature:
            found.append(f"signature by {secret}")
    return found
