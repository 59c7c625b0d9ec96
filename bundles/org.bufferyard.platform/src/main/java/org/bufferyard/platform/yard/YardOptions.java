package org.bufferyard.platform.yard;

import java.util.Objects;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * How a yard runs.
 *
 * @param flavour of placement: {@code fidelity} or {@code fast}
 */
public record YardOptions(KernelProfile kernel, String flavour) {
  public YardOptions {
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(flavour, "flavour");
  }

  /** Placement as the kernel's. */
  public static YardOptions fidelity(KernelProfile kernel) {
    return new YardOptions(kernel, org.bufferyard.api.kernel.Flavour.FIDELITY);
  }
}
