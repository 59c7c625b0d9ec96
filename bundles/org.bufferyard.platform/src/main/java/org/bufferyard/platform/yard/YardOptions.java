package org.bufferyard.platform.yard;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * How a yard runs.
 *
 * @param flavour of placement: {@code fidelity} or {@code fast}
 * @param caches whether the cores have caches; emulated machines, whose kernels were recorded, have
 *     none
 * @param bound how long one call into a plug-in may take; empty: as long as it likes, as in batch
 *     work. A call that does not return is interrupted, its plug-in quarantined; one that takes no
 *     notice costs the yard its state ({@link YardListener#rebuilt}).
 */
public record YardOptions(
    KernelProfile kernel, String flavour, boolean caches, Optional<Duration> bound) {
  /** For a running yard: below the time for which SCR waits for a lock. */
  public static final Duration BOUND = Duration.ofSeconds(1);

  public YardOptions {
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(flavour, "flavour");
    if (bound.filter(b -> b.isZero() || b.isNegative()).isPresent()) {
      throw new IllegalArgumentException("no call can return within " + bound.get());
    }
  }

  /** Calls may take as long as they like. */
  public YardOptions(KernelProfile kernel, String flavour, boolean caches) {
    this(kernel, flavour, caches, Optional.empty());
  }

  /** Placement as the kernel's, cores with caches. */
  public static YardOptions fidelity(KernelProfile kernel) {
    return new YardOptions(kernel, Flavour.FIDELITY, true);
  }

  /** The same on cores without caches. */
  public YardOptions withoutCaches() {
    return new YardOptions(kernel, flavour, false, bound);
  }

  /** The same with a bound on every call into a plug-in. */
  public YardOptions watched(Duration newBound) {
    return new YardOptions(kernel, flavour, caches, Optional.of(newBound));
  }
}
