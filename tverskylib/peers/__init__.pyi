from .answer import Equivalent as Equivalent, equivalent as equivalent, ours as ours
from .cases import batch as batch
from .table import Description as Description, brief as brief, describe as describe, markdown as markdown
