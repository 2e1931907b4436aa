"""Puts the package's own `stages` first: a process that runs only the pipeline imports this module before all others.

Python would otherwise take a folder `stages` of the current folder.
"""

from importlib import import_module

from evenhand.source import put_first

put_first()
import_module("stages")  # chooses the kernels of numpy before a worker of Dask imports it
