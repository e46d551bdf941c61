from .springs import *
from .views import *
