"""Commands that measure what train selects: settings, the champion, and thresholds that promise a bound.

Importing the package limits each process to one thread, which has to happen before numpy is imported.
"""

from stages.shared.runtime.threads import limit_threads

limit_threads()
