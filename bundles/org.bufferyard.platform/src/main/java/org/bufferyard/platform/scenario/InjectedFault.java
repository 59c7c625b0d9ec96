package org.bufferyard.platform.scenario;

import java.util.Objects;
import org.bufferyard.api.iommu.AccessAttributes;

/**
 * Something that breaks while a pipeline runs.
 *
 * @param device id or name; empty: the pipeline's exporter
 * @param frame at which it happens, from 0; -1: while the buffers are made
 * @param step which request from then on fails, from 1; only for memory and addresses
 * @param bytes how far beyond the end; only for a write out of range
 * @param address a bus address, a multiple of four; only for a message or an access
 * @param data its four bytes, the first one lowest; of an access that writes
 * @param write whether an access writes
 * @param says what an access says of itself
 */
public record InjectedFault(
    Kind kind,
    String device,
    long frame,
    int step,
    long bytes,
    long address,
    int data,
    boolean write,
    AccessAttributes says) {

  /** What breaks. */
  public enum Kind {
    NO_MEMORY,
    NO_IOVA,
    LATE_WRITE,
    OUT_OF_RANGE_WRITE,
    UNPLUGGED,
    FENCE_NEVER_SIGNALS,
    STRAY_MESSAGE,
    STRAY_ACCESS;

    /** As scenario files write it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  public InjectedFault {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(device, "device");
    Objects.requireNonNull(says, "says");
  }

  /** One that sends no message and makes no access. */
  public InjectedFault(Kind kind, String device, long frame, int step, long bytes) {
    this(kind, device, frame, step, bytes, 0, 0, false, AccessAttributes.PLAIN);
  }

  /** The same with that device. */
  InjectedFault at(String id) {
    return new InjectedFault(kind, id, frame, step, bytes, address, data, write, says);
  }
}
