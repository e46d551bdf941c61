from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class ModelSettings:
    width: int = 3
    trainable: bool = True


@dataclass(frozen=True)
class Settings:
    model: ModelSettings = field(default_factory=ModelSettings)
    gradients: bool = True
    seed: int = 0

    def frozen(self):
        return replace(self, model=replace(self.model, trainable=False))

    def quiet(self):
        return replace(self, gradients=False)
