import torch
import torch.nn.functional as F


def distillation_loss(student_logits, teacher_logits, temperature=2.0):
    soft_targets = F.softmax(teacher_logits / temperature, dim=-1)
    log_student = F.log_softmax(student_logits / temperature, dim=-1)
    loss = F.kl_div(log_student, soft_targets, reduction="batchmean") * temperature**2
    return loss, soft_targets


def agreement(student_logits, teacher_logits):
    same = student_logits.argmax(-1) == teacher_logits.argmax(-1)
    return torch.mean(same.float())
