"""Imports all libraries of the stages from training on, in one process; each stage is a fork of that process."""

import gc
from importlib import import_module
import signal

from stages.shared.classifiers import CLASSIFIERS
from stages.shared.metrics.registry import METRICS
from stages.shared.runtime.child_process import exit_with_starter
from stages.shared.runtime.progress import Progress
from stages.shared.runtime.threads import limit_threads
from stages.train.samplers.registry import SAMPLERS

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C also reaches tools.repro, which ends this process
exit_with_starter()  # the forks of this process end with it
limit_threads()  # before any numerical library is imported
with Progress("tools.repro", "imports the libraries"):
    for module in ("skops.io", "stages.train.run", "stages.evaluate.run", "altair", "vl_convert"):
        import_module(module)
    for sampler in SAMPLERS.values():
        sampler.load()
    for metric in METRICS.values():
        metric.load()
    for classifier in CLASSIFIERS.values():
        for path in (classifier.estimator, classifier.fit, classifier.score_grid):
            classifier.load(path)
gc.freeze()  # a collection in a fork would touch, and so copy, every page of this process
