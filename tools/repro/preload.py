"""All libraries that training needs. One process imports them, and each training is a fork of that process."""

import gc
from importlib import import_module
import os

from stages.shared.classifiers import CLASSIFIERS
from stages.shared.metrics.registry import METRICS
from stages.shared.runtime.child_process import exit_with_parent
from stages.shared.runtime.threads import limit_threads
from stages.train.samplers.registry import SAMPLERS

exit_with_parent(os.getppid())  # the forks of this process end with it
limit_threads()  # before any numerical library is imported
for module in ("skops.io", "stages.train.run"):
    import_module(module)
for sampler in SAMPLERS.values():
    sampler.load()
for classifier in CLASSIFIERS.values():
    for path in (classifier.estimator, classifier.fit, classifier.score_grid):
        classifier.load(path)
for metric in METRICS.values():
    metric.load()
gc.freeze()  # a collection in a fork would touch, and so copy, every page of this process
