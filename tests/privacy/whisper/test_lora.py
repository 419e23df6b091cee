import dataclasses

import numpy as np
import pytest
import torch
from tests.privacy.embedded import SPEECH
from whisper.model import ModelDimensions, Whisper

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy.attackers.adapted.attack import RECIPE
from lowsr_tradeoff.privacy.attackers.adapted.training import RANK
from lowsr_tradeoff.privacy.whisper import lora, openai
from lowsr_tradeoff.settings.groups import PrivacySettings

WIDTH, PAD_S = 32, 1.0
TOY = ModelDimensions(80, 1500, WIDTH, 2, 1, 51864, 448, WIDTH, 2, 1)
SHORT = RECIPE.model_copy(update={"epochs": 12, "batch_size": 2, "learning_rate": 0.05})


def toy() -> lora.TrainableRecogniser:
    """A Whisper of one layer and random weights."""
    generator, network = torch.Generator().manual_seed(0), Whisper(TOY)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            is_gain = name.endswith("weight") and parameter.ndim == 1
            parameter.fill_(1) if is_gain else parameter.normal_(std=0.1, generator=generator)
    return lora.trainable(network.eval())


def two_utterances():
    rng = np.random.default_rng(0)
    clips = [0.1 * rng.standard_normal(n).astype(np.float32) for n in (8000, 12000)]
    return lora.examples_of(zip(clips, ["yes", "no, not today"], strict=True), PAD_S)


def heard(recogniser):
    """What the decoder makes of one prompt and two clips. Shape ``(2, tokens, words)``."""
    states = lora._encoded(recogniser, [example.samples for example in two_utterances()], PAD_S)
    with torch.no_grad():
        return recogniser.whisper.decoder(torch.tensor([[50257, 50362, 11]] * 2, device=states.device), states)


def test_steps_reduce_the_loss_of_two_utterances():
    recogniser, examples = toy(), two_utterances()
    before = float(lora.loss_of(recogniser, examples, PAD_S).detach())
    losses = lora.fit_adapters(recogniser, examples, SHORT, PAD_S, (0, 1), RANK)
    after = float(lora.loss_of(recogniser, examples, PAD_S).detach())
    assert losses[0] == pytest.approx(before, rel=1e-5)
    assert len(losses) == SHORT.epochs
    assert lora.n_batches(9, RECIPE) == 2
    assert after < before - 1


def test_the_start_is_the_published_network_exactly():
    recogniser, still = toy(), SHORT.model_copy(update={"learning_rate": 1e-30, "epochs": 1})
    before = heard(recogniser)
    lora.fit_adapters(recogniser, two_utterances(), still, PAD_S, (0, 1), RANK)
    torch.testing.assert_close(heard(recogniser), before, rtol=0, atol=1e-6)


def test_merging_changes_no_answer(monkeypatch):
    recogniser, adapted = toy(), {}

    def merge(network):
        adapted["before"] = heard(recogniser)
        original(network)

    original = lora.merge
    monkeypatch.setattr(lora, "merge", merge)
    lora.fit_adapters(recogniser, two_utterances(), SHORT, PAD_S, (0, 1), RANK)
    assert torch.equal(heard(recogniser), adapted["before"])
    assert set(recogniser.whisper.state_dict()) == set(toy().whisper.state_dict())


def test_changes_are_of_low_rank_and_leave_the_rest_alone():
    recogniser = toy()
    lora.fit_adapters(recogniser, two_utterances(), SHORT, PAD_S, (0, 1), 2)
    old, new = toy().whisper.state_dict(), recogniser.whisper.state_dict()
    changed = {name for name in old if not torch.equal(old[name], new[name])}
    assert "encoder.blocks.0.attn.query.weight" in changed
    assert "decoder.blocks.0.cross_attn.value.weight" in changed
    assert not any(name.startswith(("encoder.conv", "decoder.token")) or name.endswith("bias") for name in changed)
    for name in changed:
        assert torch.linalg.matrix_rank(new[name] - old[name], rtol=1e-4) <= 2


def test_the_same_seeds_give_the_same_bytes():
    def trained():
        recogniser = toy()
        losses = lora.fit_adapters(recogniser, two_utterances(), SHORT, PAD_S, (0, 1), RANK)
        return losses, [weight.numpy().tobytes() for weight in recogniser.whisper.state_dict().values()]

    assert trained() == trained()


def test_a_clip_and_the_silence_after_it_fill_the_window():
    recogniser = toy()
    states = lora._encoded(recogniser, [np.ones(8001, np.float32)], 1.0)
    # 1.5 s at 50 states a second, rounded up.
    assert states.shape == (1, 76, WIDTH)
    full, thinned = (lora._completed(recogniser, states, every) for every in (1, lora.THINNED))
    assert (full.shape[1], thinned.shape[1]) == (1500, 76 + (1500 - 76) // 2)
    torch.testing.assert_close(full[:, 76:], recogniser.silence[:, 76:])


def test_padding_of_a_batch_does_not_enter_the_loss():
    recogniser, (short, long) = toy(), two_utterances()
    same = dataclasses.replace(short, samples=np.pad(short.samples, (0, len(long.samples) - len(short.samples))))
    alone = [float(lora.loss_of(recogniser, [example], PAD_S).detach()) for example in (same, long)]
    sizes = [len(recogniser.tokenizer.encode(f" {example.text}")) + 1 for example in (short, long)]
    together = float(lora.loss_of(recogniser, [same, long], PAD_S).detach())
    assert together == pytest.approx(np.average(alone, weights=sizes), rel=1e-4)


def test_clips_longer_than_a_window_are_not_learnt_from():
    clips = [np.ones(16000 * seconds, np.float32) for seconds in (28, 30)]
    assert len(lora.examples_of(zip(clips, ["a", "b"], strict=True), 2.0)) == 1


def test_a_training_that_diverges_says_so():
    wild = SHORT.model_copy(update={"learning_rate": 1e30})
    with pytest.raises(StageError, match="diverged"):
        lora.fit_adapters(toy(), two_utterances(), wild, PAD_S, (0, 1), RANK)


def test_published_weights_write_what_the_reference_engine_writes():
    clips = [read(utterance)[0] for utterance in SPEECH.utterances[:1]]
    privacy = PrivacySettings()
    recogniser = lora.trainable(lora.as_published(privacy))
    written = lora.transcribe(recogniser, clips, privacy)
    assert written == openai.transcribe(openai.load(None), clips, privacy)
