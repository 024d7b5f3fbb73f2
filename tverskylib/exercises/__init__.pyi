from .checking import check as check
from .checking import show as show
