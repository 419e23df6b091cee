"""What the signal scores at every rate: the steps, and the means of STOI, ESTOI and PESQ beside the closed form."""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.attacker import RatePlan, capture_step
from lowsr_tradeoff.privacy.signal.intelligibility import SignalScores
from lowsr_tradeoff.privacy.signal.sii import sii_of
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import IntelligibilityResult
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import mean_measurement

INTELLIGIBILITY, RUN = "intelligibility", "privacy.signal.intelligibility:run"


def plan(config: StudyConfig, speech: SpeechCorpus) -> RatePlan[int]:
    """Return a step per rate; none in a quick look, as the scores take seconds each and decide nothing."""
    if config.quick:
        return RatePlan(config, speech, {})
    named = INTELLIGIBILITY, RUN, "STOI, ESTOI and PESQ"
    return RatePlan(config, speech, {hz: capture_step(config, speech, hz, *named) for hz in config.all_rates_hz()})


def results(plan: RatePlan[int], store: Store, weights: Floats) -> tuple[IntelligibilityResult, ...]:
    """Return the mean scores at every rate whose step did not fail; the weights are of utterances in resamples."""
    return tuple(of_finished(lambda hz: _result(plan, hz, store, weights), plan.by_rate).values())


def mean_score(rows: Sequence[SignalScores], name: str, weights: Floats, unit: str) -> Measurement:
    """Return the mean of one score over the utterances that have it; ``n`` counts these."""
    values = [getattr(row, name) for row in rows]
    kept = [i for i, value in enumerate(values) if value is not None]
    n_of = "utterances" if len(kept) == len(rows) else f"of {len(rows)} utterances; the others cannot be scored"
    if not kept:
        kind = name if name == "pesq_nb" else name.replace("estoi", "stoi").replace("pesq_wb", "pesq")
        reasons = {getattr(row, f"{kind}_reason") for row in rows}
        return missing("; ".join(sorted(filter(None, reasons))) or "there are no utterances", "utterances", unit)
    found = mean_measurement([values[i] for i in kept], weights[:, kept], n_of, unit)
    is_correlation = unit == "1" and found.high is not None and found.high > 1
    return found.model_copy(update={"high": 1.0}) if is_correlation else found


def _result(plan: RatePlan[int], rate_hz: int, store: Store, weights: Floats) -> IntelligibilityResult:
    meta = store.meta(plan.by_rate[rate_hz])
    rows = [SignalScores.model_validate(row) for row in meta["utterances"]]
    return IntelligibilityResult(
        rate_hz=rate_hz,
        stoi=mean_score(rows, "stoi", weights, "1"),
        estoi=mean_score(rows, "estoi", weights, "1"),
        pesq_wb=mean_score(rows, "pesq_wb", weights, "MOS"),
        pesq_nb=mean_score(rows, "pesq_nb", weights, "MOS"),
        sii=sii_of(plan.config.front_end, rate_hz),
        n_utterances=len(rows),
    )
