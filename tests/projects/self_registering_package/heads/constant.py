from heads import register


@register("constant")
class Constant:
    def __call__(self, features):
        return features.new_zeros(len(features), 1)
