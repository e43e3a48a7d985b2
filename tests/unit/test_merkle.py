"""Merkle trees: the reference roots, and proofs that hold for what they prove and nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.engine.evidence import merkle

ENTRIES = tuple(
    map(
        bytes.fromhex,
        (
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ),
    )
)  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The roots over the first 0 to 8 of these entries, as Certificate Transparency's own tests give
them (RFC 6962)."""


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


def definition(hashes: list[bytes]) -> bytes:
    """The root word for word as section 2.1 defines it."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    cut = 1
    while cut * 2 < len(hashes):
        cut *= 2
    return merkle.node_hash(definition(hashes[:cut]), definition(hashes[cut:]))


def in_memory(hashes: list[bytes]) -> merkle.RangeRoot:
    return lambda first, last: merkle.root(hashes[first:last])


@pytest.mark.parametrize("size", range(9))
def test_the_reference_roots(size: int) -> None:
    found = merkle.root([merkle.leaf_hash(entry) for entry in ENTRIES[:size]])
    assert found.hex() == ROOTS[size]


@given(size=st.integers(0, 300))
@settings(max_examples=40)
def test_the_root_is_the_one_of_the_definition(size: int) -> None:
    assert merkle.root(leaves(size)) == definition(leaves(size))


@given(data=st.data(), size=st.integers(1, 200))
@settings(max_examples=80)
def test_an_entry_is_proven_in_its_place_only(data: st.DataObject, size: int) -> None:
    hashes, index = leaves(size), data.draw(st.integers(0, size - 1))
    path, root = merkle.inclusion(index, size, in_memory(hashes)), merkle.root(hashes)
    assert merkle.includes(index, size, hashes[index], path, root)
    assert not merkle.includes(index, size, merkle.leaf_hash(b"other"), path, root)
    elsewhere = data.draw(st.integers(0, size + 2).filter(lambda at: at != index))
    assert not merkle.includes(elsewhere, size, hashes[index], path, root)
    assert not merkle.includes(index, size, hashes[index], (*path, root), root)
    if path:
        assert not merkle.includes(index, size, hashes[index], path[:-1], root)


@given(data=st.data(), size=st.integers(1, 200))
@settings(max_examples=80)
def test_a_continued_tree_is_proven_and_a_rewritten_one_is_not(
    data: st.DataObject, size: int
) -> None:
    hashes, old = leaves(size), data.draw(st.integers(1, size))
    before, root = merkle.root(hashes[:old]), merkle.root(hashes)
    path = merkle.consistency(old, size, in_memory(hashes))
    assert merkle.continues(old, size, before, root, path)
    hashes[data.draw(st.integers(0, old - 1))] = merkle.leaf_hash(b"rewritten")
    rewritten = merkle.root(hashes)
    forged = merkle.consistency(old, size, in_memory(hashes))
    assert not merkle.continues(old, size, before, rewritten, path)
    assert not merkle.continues(old, size, before, rewritten, forged)


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="not among"):
        merkle.inclusion(3, 3, in_memory(leaves(3)))
    with pytest.raises(ValueError, match="does not continue"):
        merkle.consistency(4, 3, in_memory(leaves(3)))
