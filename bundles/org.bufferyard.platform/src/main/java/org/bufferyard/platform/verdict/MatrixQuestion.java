package org.bufferyard.platform.verdict;

import java.util.List;
import java.util.Objects;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * What matrix asks.
 *
 * @param memory kinds in output order
 * @param policies in output order
 * @param sizeBytes of each buffer
 */
public record MatrixQuestion(
    PlatformSpec board,
    KernelProfile kernel,
    List<MemoryKind> memory,
    List<OpsPolicy> policies,
    long sizeBytes) {
  public MatrixQuestion {
    Objects.requireNonNull(board, "board");
    Objects.requireNonNull(kernel, "kernel");
    memory = List.copyOf(memory);
    policies = List.copyOf(policies);
  }
}
