package org.bufferyard.iommu.intel;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * The hardware's end of the invalidation queue (VT-d specification 6.5.2 and 11.4.9): it fetches
 * descriptors from memory between head and tail and carries them out, until one is wrong (IQE) or a
 * device does not answer (ITE); then it stands until software has cleared the error.
 *
 * <p>IQEI: 1 tail outside the queue, 2 descriptor not readable, 3 no such type, 4 reserved bits, 6 tail
 * not aligned.
 *
 * <p>Cost: one read of 16 or 32 bytes and one record a descriptor. Engine thread only. Not modelled:
 * draining, fences (everything is done in order), the completion interrupt (IF is noted in ICS).
 */
final class InvalidationQueue {
  static final int BAD_TAIL = 1;
  static final int NOT_READABLE = 2;
  static final int NO_SUCH_TYPE = 3;
  static final int RESERVED = 4;
  static final int UNALIGNED_TAIL = 6;

  /** IQA.QS 0: 256 descriptors of 128 bits in a page; IQA.DW 1: of 256 bits in two. */
  static final int LENGTH = 256;

  private final TableWords words;
  private final FaultRegisters faults;
  private final DeviceTlbs devices;
  private final Consumer<InvalidationDescriptor> unit;
  private final int largestMask;

  /** Address of the queue; {@code NONE} while GCMD.QIE is clear. */
  private long base = TableWords.NONE;

  private int shift;
  private long head;
  private long tail;
  private boolean completed;

  /**
   * @param unit carries out what is not the queue's own
   * @param largestMask CAP.MAMV
   */
  InvalidationQueue(
      TableWords words,
      FaultRegisters faults,
      DeviceTlbs devices,
      Consumer<InvalidationDescriptor> unit,
      int largestMask) {
    this.words = words;
    this.faults = faults;
    this.devices = devices;
    this.unit = unit;
    this.largestMask = largestMask;
  }

  /**
   * IQA and GCMD.QIE.
   *
   * @param wide DW: descriptors of 256 bits
   */
  void enable(long address, boolean wide) {
    base = address;
    shift = wide ? 5 : 4;
    head = 0;
    tail = 0;
  }

  void disable() {
    base = TableWords.NONE;
  }

  /** log2 of a descriptor's bytes. */
  int shift() {
    return shift;
  }

  /** IQH: offset of the descriptor that is next, or wrong. */
  long head() {
    return head;
  }

  /** IQT. */
  long tail() {
    return tail;
  }

  /** ICS.IWC: a wait descriptor with IF is through. */
  boolean hasCompleted() {
    return completed;
  }

  /** A write to IQT. */
  void setTail(long offset) {
    tail = offset;
    if (offset < 0 || offset >= (long) LENGTH << shift) {
      faults.queueError(BAD_TAIL);
    } else if ((offset & (1L << shift) - 1) != 0) {
      faults.queueError(UNALIGNED_TAIL);
    } else {
      resume();
    }
  }

  /** Goes on, as after an error was cleared. */
  void resume() {
    int stopped = FaultRegisters.IQE | FaultRegisters.ITE;
    while (base != TableWords.NONE && head != tail && (faults.status() & stopped) == 0) {
      int error = step(base + head);
      if (error != 0) {
        faults.queueError(error);
        return;
      }
      head = head + (1L << shift) & ((long) LENGTH << shift) - 1;
    }
  }

  private int step(long at) {
    if (!words.answers(at)) {
      return NOT_READABLE;
    }
    long first = words.read(at);
    long second = words.read(at + Long.BYTES);
    Optional<InvalidationDescriptor> known = InvalidationDescriptor.decode(first, second);
    if (known.isEmpty()) {
      return NO_SUCH_TYPE;
    }
    InvalidationDescriptor descriptor = known.get();
    long[] meant = descriptor.encode();
    if (meant[0] != first || meant[1] != second || !isEmptyAbove(at) || isTooWide(descriptor)) {
      return RESERVED;
    }
    if (descriptor instanceof InvalidationDescriptor.Wait wait) {
      complete(wait);
    } else {
      unit.accept(descriptor);
    }
    return 0;
  }

  private boolean isEmptyAbove(long at) {
    return shift == 4
        || words.read(at + 2L * Long.BYTES) == 0 && words.read(at + 3L * Long.BYTES) == 0;
  }

  private boolean isTooWide(InvalidationDescriptor descriptor) {
    return descriptor instanceof InvalidationDescriptor.IotlbInvalidation iotlb
        && iotlb.granularity() == InvalidationDescriptor.SELECTIVE
        && iotlb.mask() > largestMask;
  }

  /** Every device TLB that was asked has answered, or the wait is given up. */
  private void complete(InvalidationDescriptor.Wait wait) {
    int silent = devices.takeSilent();
    if (silent >= 0) {
      faults.timedOut(silent);
      return;
    }
    int garbled = devices.takeGarbled();
    if (garbled >= 0) {
      faults.badCompletion(garbled);
    }
    if (wait.writes() && words.answers(wait.address())) {
      words.writeInt(wait.address(), wait.data());
    }
    completed |= wait.interrupts();
  }
}
