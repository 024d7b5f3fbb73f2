"""The exercises, a file a lesson. They are read by people who learn Python, so they carry no types."""
