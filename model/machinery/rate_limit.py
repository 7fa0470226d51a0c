"""How long a key that failed has to wait: longer after each failure, and never too many keys at once.

Two limits, the later of which counts: *per key* 5 ms · 2^(n-1) after the n-th failure in a row, at most 1000 s; *for
all keys together* a bucket of 100 tokens, to which ten come back every second.

The bucket is kept as a debt: the time until it is full again.  A token adds its interval to the debt, time takes it
away; whoever finds less than a token waits until there is one.  So everything is exact, in whole units of time, and
there is no clock.

Lives here: the limits, and what a failure costs.  Must not know: queues.

Source: Kubernetes 1.36, ``client-go/util/workqueue/default_rate_limiters.go`` (DefaultTypedControllerRateLimiter).
"""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen(cache_hash=True)
class RateLimit:
    """The limits.

    Attributes:
        base: what the first failure of a key costs; each further one twice as much.
        longest: what it costs at most.
        interval: the time in which the bucket gets a token back; 0: there is no bucket.
        burst: how many tokens the bucket holds.
    """

    base: int
    longest: int
    interval: int = 0
    burst: int = 0

    def of_failures(self, failures: int) -> int:
        """What the n-th failure in a row costs a key (``failures`` = n ≥ 1)."""
        # Once the exponent alone exceeds the maximum there is no need for the number itself, which may be huge.
        exponent = min(failures - 1, self.longest.bit_length())
        return min(self.base << exponent, self.longest)

    def of_bucket(self, debt: int) -> tuple[int, int]:
        """What the bucket costs with this debt, and its debt afterwards."""
        after = debt + self.interval
        return max(0, after - self.burst * self.interval), after


MILLISECOND: Final = 1
DEFAULT: Final = RateLimit(base=5 * MILLISECOND, longest=1_000_000 * MILLISECOND, interval=100 * MILLISECOND, burst=100)
"""The limits of controllers, in milliseconds."""
