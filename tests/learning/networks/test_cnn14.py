import torch

from lowsr_tradeoff.learning.networks.build import without_weights

IMAGE = torch.zeros(2, 1, 64, 501, device="meta")


def test_every_block_but_the_last_halves_time_and_bands():
    shapes = [tuple(maps.shape[1:]) for maps in without_weights("cnn14", 10).maps(IMAGE)]
    assert shapes == [
        *[(64, 250, 32), (128, 125, 16), (256, 62, 8), (512, 31, 4), (1024, 15, 2)],
        (2048, 15, 2),
    ]


def test_the_papers_code_keeps_a_quarter_of_the_last_maps():
    *corrected, last = without_weights("cnn14", 10).maps(IMAGE)
    *published, thinned = without_weights("cnn14", 10, as_published=True).maps(IMAGE)
    assert [maps.shape for maps in published] == [maps.shape for maps in corrected]
    assert (last.shape[2:], thinned.shape[2:]) == ((15, 2), (8, 1))
