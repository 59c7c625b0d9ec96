package org.bufferyard.api.iommu;

import java.util.Objects;

/**
 * The outcome of one access. Immutable; a fault is an outcome too, with what the hardware tells of
 * it. Addresses are bytes.
 */
public sealed interface Translation {

  /**
   * The access goes on to memory.
   *
   * @param phys physical address of the byte
   * @param stale whether only a cached translation gave this answer: the table entry is gone or
   *     says otherwise by now (D11)
   */
  record Translated(long phys, boolean stale) implements Translation {}

  /**
   * The hardware refused it.
   *
   * @param code the hardware's own event id or status
   * @param name the driver's word for it, such as {@code "PAGE FAULT"}
   */
  record Fault(long code, String name, long address, boolean write) implements Translation {
    public Fault {
      Objects.requireNonNull(name, "name");
    }
  }
}
