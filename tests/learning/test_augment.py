import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.learning.augment import Draws, draw_epoch, mix, vary

sizes = st.tuples(st.integers(4, 64), st.integers(1, 200))


def draws_of(n_clips=200, image=(64, 50), mixup=0.3, seed=0) -> Draws:
    return draw_epoch(n_clips, image, mixup, np.random.default_rng(seed))


def still(order: list[int], shift: list[int], share: float = 1.0, image: tuple[int, int] = (3, 5)) -> Draws:
    """Draws that only roll, and mix by one share."""
    n = len(order)
    bands, frames = image
    return Draws(
        order=torch.tensor(order),
        shift=torch.tensor(shift).view(n, 1, 1, 1),
        kept_bands=torch.ones(n, 1, bands, 1),
        kept_frames=torch.ones(n, 1, 1, frames),
        share=torch.full((n, 1), share),
    )


@given(n_clips=st.integers(1, 50), seed=st.integers(0, 99))
def test_an_epoch_takes_every_clip_once(n_clips, seed):
    assert sorted(draws_of(n_clips, seed=seed).order.tolist()) == list(range(n_clips))


@given(image=sizes, seed=st.integers(0, 20))
def test_one_span_of_bands_and_of_frames_is_hidden_at_most(image, seed):
    bands, frames = image
    draws = draws_of(20, image, seed=seed)
    assert_one_span(draws.kept_bands[:, 0, :, 0], bands / 8)
    assert_one_span(draws.kept_frames[:, 0, 0, :], min(15, 0.12 * frames))


def assert_one_span(heard: torch.Tensor, max_width: float):
    hidden = 1 - heard
    padded = torch.nn.functional.pad(hidden, (1, 1))
    assert (hidden.sum(dim=1) <= max_width).all()
    assert (padded.diff(dim=1).abs().sum(dim=1) <= 2).all()  # one rise and one fall


def test_every_band_and_frame_is_hidden_now_and_then_and_heard_mostly():
    draws = draws_of(4000)
    for heard in (draws.kept_bands.mean(dim=0), draws.kept_frames.mean(dim=0)):
        assert heard.max() < 1
        assert heard.min() > 0.8


def test_rolling_is_circular_and_by_the_drawn_columns():
    images = torch.arange(30.0).view(2, 1, 3, 5)
    rolled = vary(images, still([1, 0], [2, 4]))
    np.testing.assert_array_equal(rolled[0], np.roll(images[1], 2, axis=-1))
    np.testing.assert_array_equal(rolled[1], np.roll(images[0], 4, axis=-1))


def test_hidden_places_are_zero_and_the_others_untouched():
    images = torch.randn(6, 1, 16, 25, generator=torch.Generator().manual_seed(0))
    draws = draws_of(6, (16, 25), mixup=0.0)
    rolled = [
        np.roll(images[clip], shift, axis=-1)
        for clip, shift in zip(draws.order, draws.shift.flatten(), strict=True)
    ]
    heard = (draws.kept_bands * draws.kept_frames).bool()
    assert (~heard).any()
    assert (vary(images, draws)[~heard] == 0).all()
    assert torch.equal(vary(images, draws)[heard], torch.from_numpy(np.stack(rolled))[heard])


def test_without_mixup_clips_stay_themselves():
    assert (draws_of(mixup=0.0).share == 1).all()


@given(share=st.floats(0, 1), seed=st.integers(0, 9))
def test_mixed_labels_stay_probabilities(share, seed):
    labels = torch.eye(4)[torch.randint(4, (6,), generator=torch.Generator().manual_seed(seed))]
    mixed = mix(labels, torch.full((6, 1), share))
    torch.testing.assert_close(mixed.sum(dim=1), torch.ones(6))
    assert (mixed >= 0).all()


def test_images_and_labels_are_mixed_with_the_same_partner_and_share():
    """An image that holds its own label must hold its mixed label after mixing."""
    labels = torch.eye(5)
    images = labels.view(5, 1, 1, 5).expand(5, 1, 3, 5)[..., :1].clone()
    for number in range(5):
        images[number] = number
    draws = still([3, 0, 4, 1, 2], [0] * 5, share=0.3, image=(3, 1))
    mixed = vary(images, draws)[:, 0, 0, 0]
    expected = mix(labels[draws.order], draws.share) @ torch.arange(5.0)
    torch.testing.assert_close(mixed, expected)


def test_shares_follow_the_beta_distribution():
    share = draws_of(20000, (4, 4)).share
    assert share.mean() == pytest.approx(0.5, abs=0.02)
    assert share.var() == pytest.approx(1 / (4 * (2 * 0.3 + 1)), abs=0.01)  # variance of Beta(a, a)


def test_batches_are_the_whole_epoch_in_nearly_equal_parts():
    draws = draws_of(70)
    batches = draws.batches(2)
    assert [len(batch.order) for batch in batches] == [35, 35]
    assert torch.equal(torch.cat([batch.kept_bands for batch in batches]), draws.kept_bands)


def test_equal_seeds_draw_equally_and_other_seeds_do_not():
    assert torch.equal(draws_of(seed=1).shift, draws_of(seed=1).shift)
    assert not torch.equal(draws_of(seed=1).shift, draws_of(seed=2).shift)


def test_without_variations_a_clip_is_itself():
    images = torch.randn(6, 1, 8, 20)
    draws = draw_epoch(6, (8, 20), 0.0, np.random.default_rng(0), is_varied=False)
    torch.testing.assert_close(vary(images, draws), images[draws.order])


def test_what_is_hidden_is_filled():
    images = torch.full((50, 1, 16, 20), 3.0)
    draws = draw_epoch(50, (16, 20), 0.0, np.random.default_rng(0))
    assert set(vary(images, draws, fill=-7.0).unique().tolist()) == {3.0, -7.0}


@given(crop=st.floats(0.05, 1), seed=st.integers(0, 20))
def test_a_crop_is_a_part_of_the_rolled_clip_as_long_as_asked_for(crop, seed):
    images = torch.arange(40.0).expand(6, 1, 2, 40).contiguous()
    draws = draw_epoch(6, (2, 40), 0.0, np.random.default_rng(seed), crop=crop)
    drawn = vary(images, draws)
    assert drawn.shape == (6, 1, 2, max(1, round(40 * crop)))
    expected = (torch.arange(drawn.shape[-1]) - draws.shift) % 40
    assert torch.equal(drawn, expected * draws.kept_bands * draws.kept_frames)


def test_crops_of_different_epochs_begin_anywhere():
    draws = [draw_epoch(50, (4, 40), 0.0, np.random.default_rng(seed), crop=0.5) for seed in range(20)]
    assert len(torch.cat([each.shift.flatten() for each in draws]).unique()) == 40


def test_hidden_frames_are_a_share_of_the_part_that_is_heard():
    draws = draw_epoch(500, (64, 100), 0.0, np.random.default_rng(0), crop=0.5)
    assert_one_span(draws.kept_frames[:, 0, 0, :], 0.12 * 50)


def test_clips_that_are_not_varied_stay_as_they_are():
    images = torch.randn(8, 1, 64, 50, generator=torch.Generator().manual_seed(0))
    draws = draw_epoch(8, (64, 50), 0.0, np.random.default_rng(3), is_varied=False)
    assert torch.equal(vary(images, draws), images[draws.order])
    assert not torch.equal(draws.order, torch.arange(8))
