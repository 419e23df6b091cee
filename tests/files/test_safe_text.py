from lowsr_tradeoff.files.safe_text import source_of


def test_a_source_is_named_by_the_digest_of_its_bytes():
    # From the example in the CSP3 draft: https://www.w3.org/TR/CSP3/#external-hash
    assert source_of("alert('Hello, world.');") == "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert source_of("é") != source_of("e")
