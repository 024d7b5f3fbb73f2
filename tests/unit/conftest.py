"""What the unit tests share."""

from hypothesis import settings

# The first example of a property may have to load a library, and other work may share the machine.
settings.register_profile("patient", parent=settings.default, deadline=None)
settings.load_profile("patient")
