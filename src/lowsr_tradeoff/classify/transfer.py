"""What a student is trained to do: match the labels, and a teacher's softened scores.

The teachers are the paper's two: BASD's is the same network trained at the same low rate, CSSD's hears the same
clip at the full rate. Both are the same loss.
"""

from torch import Tensor
from torch.nn import functional


def distillation_loss(
    logits: Tensor, target: Tensor, teacher_logits: Tensor, alpha: float, temperature: float
) -> Tensor:
    """Return the weighted sum of distance to the labels and distance to the teacher, in nats.

    ``alpha * CE(target, softmax(z)) + (1 - alpha) * T**2 * KL(softmax(z_t / T) || softmax(z / T))``, where T**2
    keeps the gradient of the second term as large as that of the first when T grows.

    Args:
        logits: Scores z of the student.
        target: Class probabilities.
        teacher_logits: Scores z_t of the teacher.
        alpha: Weight of the labels; 1 leaves the teacher out.
        temperature: T, softens both distributions.

    Shape:
        ``(n, n_classes)`` for the three; a mean over n.

    Reference:
        Hinton, Vinyals & Dean, Distilling the Knowledge in a Neural Network, arXiv 1503.02531, section 2. Alpha
        weighs the labels as in the paper's ``kd.py``.
    """
    labels = functional.cross_entropy(logits, target)
    teacher = functional.kl_div(
        functional.log_softmax(logits / temperature, dim=1),
        functional.log_softmax(teacher_logits / temperature, dim=1),
        reduction="batchmean",
        log_target=True,
    )
    return alpha * labels + (1 - alpha) * temperature**2 * teacher
