from dataclasses import dataclass

import numpy as np
import torch


@dataclass
class Frame:
    title: str
    image: np.ndarray


def pixels(image: torch.Tensor) -> np.ndarray:
    return image.clamp(0, 1).mul(255).numpy().astype("uint8")


def frame_of(image: torch.Tensor, title: str) -> Frame:
    data = image.clamp(0, 1).numpy()
    return Frame(title, (data * 255).astype("uint8"))
