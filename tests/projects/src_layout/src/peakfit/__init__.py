from peakfit.fitting import fit
from peakfit.peaks import PeakModel

__version__ = "0.1"
__all__ = ["PeakModel", "fit"]
