"""All libraries that training needs, imported once by the server process from which each training is forked."""

import os

from stages.shared.runtime.child_process import exit_with_parent
from stages.shared.runtime.threads import limit_threads

exit_with_parent(os.getppid())  # the forks of this process end with it
limit_threads()  # before any numerical library is imported

import gc  # noqa: E402

import skops.io  # noqa: E402, F401

from stages.shared.classifiers import CLASSIFIERS  # noqa: E402
from stages.shared.metrics.registry import METRICS  # noqa: E402
import stages.train.run  # noqa: E402, F401
from stages.train.samplers.registry import SAMPLERS  # noqa: E402

for sampler in SAMPLERS.values():
    sampler.load()
for classifier in CLASSIFIERS.values():
    for path in (classifier.estimator, classifier.fit, classifier.score_grid):
        classifier.load(path)
for metric in METRICS.values():
    metric.load()
gc.freeze()  # a collection in a fork would touch, and so copy, every page of this process
