"""The words that are looked for in texts; data alone, so that whoever needs no more imports no more."""

from __future__ import annotations

CROSSING_WORDS = ("numpy", "__array__")
"""What a crossing is called in the source, at least once per file that holds one."""

LIBRARIES = (
    *("PIL", "albumentations", "bokeh", "comet_ml", "cv2", "dask", "datasets"),
    *("faiss", "h5py", "imageio", "joblib", "librosa", "lightgbm", "matplotlib"),
    *("mlflow", "neptune", "networkx", "nibabel", "mpl_toolkits", "numba", "numpy", "open3d"),
    *("optuna", "pandas", "plotly", "polars", "pyarrow", "pywt", "scipy"),
    *("seaborn", "skimage", "sklearn", "soundfile", "statsmodels", "tensorboard", "tensorboardX"),
    *("tifffile", "torchvision", "trimesh", "umap", "visdom", "wandb", "xarray"),
    *("xgboost",),
)
"""Libraries that make arrays of what they are handed."""

PARTS = {"pytest": "approx"}
"""Libraries that half of all files import, and what alone of them makes arrays."""

NAMES = ("np", "plt", "pd", "sns")
"""What they are called where another module hands them on."""

COLLECTIONS = ("fastai", "pylab")
"""Packages from which `import *` gives some of them, and PyTorch."""

IMPORTS_BY_NAME = ("import_module", "__import__")
"""With these, any text may name what a program imports."""

ADDRESSES = ("DTL", "dtl", "detachlint:")
"""What a comment for this tool has in it; codes are taken to be written in one case."""
