import numpy as np
import pytest
import torch
from torch.nn import functional

from lowsr_tradeoff.learning.recipe import Cell, Recipe
from lowsr_tradeoff.learning.train import Scale, epochs, fit, predict, scale_of, seeded_network
from lowsr_tradeoff.learning.training_data import TeacherOutputs, TrainingData

N_CLASSES = 3
RECIPE = Recipe(
    epochs=20,
    batch_size=8,
    learning_rate=5e-3,
    weight_decay=1e-2,
    is_varied=True,
    mixup=0.3,
    optimiser="adamw_one_cycle",
)


def data_of(n_clips=48, seed=0, labels=None, teachers=None, image=(12, 10)) -> TrainingData:
    """Images whose class is the third of the bands that is loud."""
    generator = torch.Generator().manual_seed(seed)
    truth = torch.arange(n_clips) % N_CLASSES
    images = 0.3 * torch.randn(n_clips, 1, *image, generator=generator)
    height = image[0] // N_CLASSES
    for clip, number in enumerate(truth):
        images[clip, :, number * height : (number + 1) * height] += 1
    return TrainingData((images,), one_hot(truth if labels is None else labels), teachers=teachers)


def one_hot(numbers) -> torch.Tensor:
    return functional.one_hot(numbers, N_CLASSES).float()


def taught(logits, alpha, temperature) -> TeacherOutputs:
    return TeacherOutputs(
        "softened", Cell(alpha=alpha, temperature=temperature), (logits,), torch.zeros(len(logits), 1)
    )


def trained(data, recipe=RECIPE, seeds=(0, 0, 1)):
    network = seeded_network("small_vgg", N_CLASSES, seeds)
    return network, fit(network, data, recipe, np.random.default_rng(seeds))


def share_right(network, data) -> float:
    truth = np.arange(len(data.views[0])) % N_CLASSES
    return (predict(network, data.views[0]).logits.argmax(axis=1) == truth).mean()


@pytest.fixture(scope="module")
def plain():
    """A network without a teacher, and its loss."""
    return trained(data_of())


def test_it_learns_what_can_be_told_apart(plain):
    network, loss = plain
    assert share_right(network, data_of(seed=1)) > 0.8
    assert loss < np.log(N_CLASSES)


def test_it_learns_nothing_from_labels_of_chance():
    labels = torch.from_numpy(np.random.default_rng(0).integers(0, N_CLASSES, 48))
    network, _ = trained(data_of(labels=labels))
    assert share_right(network, data_of(seed=1)) < 0.7


def test_a_teacher_reaches_the_student_clip_by_clip():
    """Labels of chance, a teacher that knows: only scores that stay with their clips can teach the classes."""
    chance = torch.from_numpy(np.random.default_rng(0).integers(0, N_CLASSES, 48))
    knowing = 5 * one_hot(torch.arange(48) % N_CLASSES)
    teachers = taught(knowing, alpha=0.0, temperature=2.0)
    network, _ = trained(data_of(labels=chance, teachers=teachers))
    assert share_right(network, data_of(seed=1)) > 0.8


def test_with_alpha_one_a_taught_network_is_the_untaught_one(plain):
    teachers = taught(torch.zeros(48, N_CLASSES), alpha=1.0, temperature=4.0)
    (alone, _), (student, _) = plain, trained(data_of(teachers=teachers))
    images = data_of(seed=1).views[0]
    np.testing.assert_allclose(predict(alone, images).logits, predict(student, images).logits, rtol=1e-3, atol=1e-4)


def test_training_is_the_same_bit_for_bit_whatever_the_process_did_before(plain):
    first, _ = plain
    torch.manual_seed(99)
    torch.rand(1000)
    np.random.default_rng().random(7)
    trained(data_of(seed=5), RECIPE.model_copy(update={"epochs": 1}), seeds=(9, 9, 9))
    second, _ = trained(data_of())
    for name, weight in first.state_dict().items():
        assert torch.equal(weight, second.state_dict()[name]), name


def test_the_process_generators_are_left_alone():
    before = torch.get_rng_state()
    trained(data_of(), RECIPE.model_copy(update={"epochs": 1}))
    assert torch.equal(before, torch.get_rng_state())


def test_seeds_decide_the_initialisation():
    same, other = (
        seeded_network("small_vgg", N_CLASSES, (0, 0, 1)),
        seeded_network("small_vgg", N_CLASSES, (0, 0, 2)),
    )
    assert torch.equal(seeded_network("small_vgg", N_CLASSES, (0, 0, 1)).head.weight, same.head.weight)
    assert not torch.equal(same.head.weight, other.head.weight)


@pytest.mark.parametrize(("n_clips", "batch_size"), [(2, 32), (33, 32), (63, 8)])
def test_any_number_of_clips_trains(n_clips, batch_size):
    recipe = RECIPE.model_copy(update={"epochs": 1, "batch_size": batch_size})
    _, loss = trained(data_of(n_clips), recipe)
    assert np.isfinite(loss)


def test_one_frame_of_four_bands_trains():
    _, loss = trained(data_of(image=(4, 1)))
    assert np.isfinite(loss)


def test_predictions_do_not_depend_on_their_company(plain):
    network, _ = plain
    images = data_of(300, seed=1).views[0]
    np.testing.assert_allclose(
        predict(network, images).logits[:5], predict(network, images[:5]).logits, rtol=1e-4, atol=1e-5
    )


def test_standardised_images_have_mean_zero_and_deviation_one():
    images = np.random.default_rng(0).normal(-6, 3, (10, 1, 8, 5)).astype(np.float16)
    standard = scale_of(images).standardise(images)
    assert standard.mean().item() == pytest.approx(0, abs=1e-3)
    assert standard.std(correction=0).item() == pytest.approx(1, abs=1e-3)


def test_silence_can_be_standardised():
    images = np.full((2, 1, 4, 4), -12, np.float16)
    assert scale_of(images) == Scale(-12.0, 1.0)
    assert (scale_of(images).standardise(images) == 0).all()


def test_a_loss_is_told_after_every_epoch_and_falls():
    network = seeded_network("small_vgg", N_CLASSES, (0,))
    losses = list(epochs(network, data_of(), RECIPE, np.random.default_rng(0)))
    assert len(losses) == RECIPE.epochs
    assert losses[-1] < losses[0]


def test_what_is_predicted_is_the_head_of_what_is_embedded(plain):
    network, _ = plain
    said = predict(network, data_of(seed=1).views[0])
    with torch.no_grad():
        np.testing.assert_allclose(network.head(torch.from_numpy(said.embeddings)), said.logits, rtol=1e-5)


def test_a_network_that_hears_two_microphones_serves_both():
    """Each microphone alone is loud where the other is silent; one network learns the classes from either."""
    high, low = data_of(seed=0).views[0], data_of(seed=0).views[0].flip(2)
    both = TrainingData((high, low), data_of().labels)
    network, _ = trained(both, RECIPE.model_copy(update={"epochs": 40}))
    for view in both.views:
        # The middle band is the same class in both; the outer ones are swapped.
        right = predict(network, view).logits.argmax(axis=1) == np.arange(48) % N_CLASSES
        assert right[1::3].mean() > 0.9


def test_following_its_own_mean_is_another_training_of_the_same_draws(plain):
    averaged = RECIPE.model_copy(update={"is_averaged": True})
    (alone, _), (followed, _) = plain, trained(data_of(), averaged)
    assert share_right(followed, data_of(seed=1)) > 0.8
    assert not torch.equal(alone.head.weight, followed.head.weight)
