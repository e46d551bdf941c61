MODEL = {"_target_": "parts.models.Smoother", "taps": 3}
FIXED = {"_target_": "parts.models.Average", "taps": 3}
WRITER = {"_target_": "parts.writers.ArrayWriter", "digits": 2}
SAFE_WRITER = {"_target_": "parts.writers.DetachedWriter", "digits": 2}
