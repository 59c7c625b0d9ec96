package org.bufferyard.platform.verdict;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * What explain asks.
 *
 * @param exporter device id
 * @param importers device ids, at least one
 * @param sizeBytes of the buffer
 * @param policies in output order
 * @param forcedOps {@code --ops}
 */
public record ShareQuestion(
    PlatformSpec board,
    KernelProfile kernel,
    String exporter,
    List<String> importers,
    MemoryKind memory,
    long sizeBytes,
    List<OpsPolicy> policies,
    Optional<String> forcedOps) {
  public ShareQuestion {
    Objects.requireNonNull(board, "board");
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(exporter, "exporter");
    Objects.requireNonNull(memory, "memory");
    importers = List.copyOf(importers);
    policies = List.copyOf(policies);
    if (importers.isEmpty() || policies.isEmpty() || sizeBytes <= 0) {
      throw new IllegalArgumentException("a question has importers, policies and a size");
    }
  }

  /** The same question about a buffer of other memory. */
  public ShareQuestion with(MemoryKind other) {
    return new ShareQuestion(
        board, kernel, exporter, importers, other, sizeBytes, policies, forcedOps);
  }

  /**
   * The same question about another board, with the memory that the exporter gets there; what a
   * process allocates stays of its kind, and so do registers.
   */
  public ShareQuestion on(PlatformSpec other) {
    boolean stays = memory.isOfUserSpace() || memory == MemoryKind.RESOURCE;
    MemoryKind there = stays ? memory : MemoryKind.DEFAULT;
    return new ShareQuestion(
        other, kernel, exporter, importers, there, sizeBytes, policies, forcedOps);
  }
}
