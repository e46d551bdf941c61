"""What the code at hand runs in, besides grad mode: defaults of factories, autocast, compilation."""

from __future__ import annotations

from typing import final

from detachlint.domain.belief import NO, Belief
from detachlint.domain.traits import PLAIN, Dtype, Trait
from detachlint.source.value_class import value_class


@final
@value_class(frozen=True, slots=True)
class Surroundings:
    """What `set_default_…`, `torch.autocast` and their like have set.

    `dtype` and `device` are those of factories that are not told, `of_type` is the device of the default
    type of tensors, which `device` is where no other one was set. `lowers` says whether autocast gives
    matrix products a dtype that NumPy lacks, on the devices `lowers_on` (empty: nobody knows which).
    `fake`: tensors made are FakeTensors. `compiled`: `torch.compile` traces the code, and NumPy in it.
    `differentiated`: by `torch.func.grad` or its like, under which no tensor has memory.
    """

    dtype: Dtype = Dtype.FLOAT32
    device: Trait = PLAIN
    of_type: Trait = PLAIN
    lowers: Trait = PLAIN
    lowers_on: frozenset[str] = frozenset()
    fake: Trait = PLAIN
    compiled: Belief = NO
    differentiated: Trait = PLAIN

    def join(self, other: Surroundings) -> Surroundings:
        """Either of the two."""
        if self == other:
            return self
        return Surroundings(
            self.dtype.join(other.dtype),
            self.device.join(other.device),
            self.of_type.join(other.of_type),
            self.lowers.join(other.lowers),
            self.lowers_on | other.lowers_on,
            self.fake.join(other.fake),
            self.compiled.join(other.compiled),
            self.differentiated.join(other.differentiated),
        )


USUAL = Surroundings()
"""What a program starts in."""
