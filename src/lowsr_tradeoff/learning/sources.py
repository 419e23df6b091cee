"""Lists of sources for cache keys."""

CLIPS = ("corpora/clips.py", "corpora/demo_events.py", "corpora/demo_sounds.py")
FEATURES = (
    *("audio", "classify/feature_step.py", "learning/panns_hearing.py", "learning/panns_log_mel.py"),
    *CLIPS,
)
NETWORKS = (
    *("learning/adapt.py", "learning/augment.py", "classify/inner_folds.py", "learning/cost.py"),
    *("classify/feature_step.py", "learning/gpu.py", "learning/lesson.py", "classify/arms.py"),
    *(
        "classify/material.py",
        "learning/networks/build.py",
        "learning/networks/recogniser.py",
        "learning/optimise.py",
    ),
    *("learning/panns_hearing.py", "learning/distances.py"),
    *("classify/search.py", "learning/train.py", "classify/train_step.py", "learning/distances.py"),
    *("records/base.py", "records/classify.py"),
)
