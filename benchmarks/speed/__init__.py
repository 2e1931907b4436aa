"""Commands that measure time and memory, most of them as ratios to scikit-learn and imbalanced-learn.

Importing the package limits each process to one thread, which has to happen before numpy is imported.
"""

from stages.shared.runtime.threads import limit_threads

limit_threads()
