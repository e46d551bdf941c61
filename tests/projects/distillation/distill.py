import torch
from torch import nn

from losses import agreement, distillation_loss


class Distiller:
    def __init__(self, teacher, student):
        self.teacher = teacher.eval()
        self.student = student
        self.optimizer = torch.optim.AdamW(student.parameters(), lr=1e-3)

    def step(self, inputs):
        with torch.no_grad():
            teacher_logits = self.teacher(inputs)
        student_logits = self.student(inputs)
        loss, soft_targets = distillation_loss(student_logits, teacher_logits)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {
            "loss": loss.item(),
            "agreement": agreement(student_logits, teacher_logits),
            "teacher": teacher_logits,
            "targets": soft_targets,
            "student": student_logits,
        }


def main():
    torch.manual_seed(0)
    distiller = Distiller(nn.Linear(4, 3), nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 3)))
    for _ in range(2):
        log = distiller.step(torch.randn(5, 4))
    print(log["loss"], log["agreement"].numpy())
    print(log["targets"].numpy().sum(), log["teacher"].numpy().shape)
    print(log["student"].numpy().shape)


if __name__ == "__main__":
    main()
