package org.bufferyard.platform.yard;

import java.util.Objects;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * How a yard runs.
 *
 * @param flavour of placement: {@code fidelity} or {@code fast}
 * @param caches whether the cores have caches; emulated machines, whose kernels were recorded, have
 *     none
 */
public record YardOptions(KernelProfile kernel, String flavour, boolean caches) {
  public YardOptions {
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(flavour, "flavour");
  }

  /** Placement as the kernel's, cores with caches. */
  public static YardOptions fidelity(KernelProfile kernel) {
    return new YardOptions(kernel, Flavour.FIDELITY, true);
  }

  /** The same on cores without caches. */
  public YardOptions withoutCaches() {
    return new YardOptions(kernel, flavour, false);
  }
}
