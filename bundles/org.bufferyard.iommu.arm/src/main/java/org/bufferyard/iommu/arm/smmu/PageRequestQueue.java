package org.bufferyard.iommu.arm.smmu;

import java.util.Optional;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.smmu.Command.PriResponse.Answer;

/**
 * The hardware's end of the PRI queue (SMMU architecture, 8.1 and 8.2). One that is full overflows,
 * takes nothing until that is acknowledged, and answers success for what it drops, so that the device
 * tries again; where the SMMU has none, every request fails. Engine thread only.
 */
final class PageRequestQueue {
  private final TableMemory memory;
  private final Optional<Ring> ring;

  /**
   * @param ring empty where IDR0.PRI is 0
   */
  PageRequestQueue(TableMemory memory, Optional<Ring> ring) {
    this.memory = memory;
    this.ring = ring;
  }

  /**
   * Takes a request.
   *
   * @return the automatic answer when it was not queued and ends its group; empty when it was, or
   *     when nothing is to be answered
   */
  Optional<Answer> submit(PriRecord request) {
    if (ring.isEmpty() || !ring.get().exists()) {
      return answer(request, Answer.FAILURE);
    }
    Ring queue = ring.get();
    if (queue.isFull()) {
      queue.overflow();
    }
    if (queue.hasOverflowed()) {
      return answer(request, Answer.SUCCESS);
    }
    request.write(memory, queue.producerSlot());
    queue.produced();
    return Optional.empty();
  }

  private static Optional<Answer> answer(PriRecord request, Answer answer) {
    return request.last() ? Optional.of(answer) : Optional.empty();
  }
}
