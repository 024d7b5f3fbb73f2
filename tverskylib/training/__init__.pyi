from .checkpoint import Curves as Curves
from .data import Samples as Samples
from .objective import objective as objective
from .run import Trained as Trained
from .run import train as train
from .settings import RunSettings as RunSettings
from .unet import UNet as UNet
from .unet import parameter_count as parameter_count
