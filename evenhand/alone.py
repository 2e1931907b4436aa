"""Import this first in a process that runs nothing but the pipeline: a `stages` of the current folder is not ours."""

from importlib import import_module

from evenhand.source import put_first

put_first()
import_module("stages")  # chooses the kernels of numpy, which a worker of Dask loads soon
