package org.bufferyard.iommu.intel;

import org.bufferyard.api.event.DmaEvent.HazardRaised;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.intel.InvalidationDescriptor.Wait;

/**
 * The driver's end of the invalidation queue ({@code drivers/iommu/intel/dmar.c: qi_submit_sync(),
 * qi_check_fault()}): a descriptor and a wait descriptor for every request, whose status the hardware
 * writes to memory. Without memory for the queue requests go to the registers CCMD and IOTLB ("Using
 * Register based invalidation").
 *
 * <p>Engine thread only. Not modelled: a queue that is full (everything is done at once), and what the
 * registers cannot say.
 */
final class QueuedInvalidation {
  /** A device that is gone is no longer waited for. */
  private static final Rule GONE = Rule.of("H3", "qi_check_fault").since(6, 9);

  private static final Rule SUBMIT = Rule.of("H3", "qi_submit_sync");

  /** QI_IN_USE, QI_DONE, QI_ABORT. */
  private static final int IN_USE = 1;

  private static final int DONE = 2;
  private static final int ABORT = 3;

  private final String id;
  private final TableWords words;
  private final IommuContext context;
  private final RemappingUnit unit;
  private final DeviceTlbs devices;
  private final int shift;

  /** Address of the queue; {@code NONE} without one. */
  private long queue;

  /** Of the words that wait descriptors write to. */
  private long status;
  private int freeHead;

  QueuedInvalidation(
      String id,
      TableWords words,
      IommuContext context,
      Capabilities capabilities,
      RemappingUnit unit,
      DeviceTlbs devices) {
    this.id = id;
    this.words = words;
    this.context = context;
    this.unit = unit;
    this.devices = devices;
    this.shift = capabilities.hasWideDescriptors() ? 5 : 4;
    this.queue = capabilities.hasQueue() ? words.allocate(queueBytes()) : TableWords.NONE;
    this.status = queue == TableWords.NONE ? TableWords.NONE : words.allocate();
    if (isOn()) {
      unit.queue().enable(queue, shift == 5);
    }
  }

  private long queueBytes() {
    return (long) InvalidationQueue.LENGTH << shift;
  }

  /** "Using Queued invalidation". */
  boolean isOn() {
    return status != TableWords.NONE;
  }

  /** Address of the queue in memory. */
  long address() {
    return queue;
  }

  /**
   * Has a request carried out.
   *
   * @return 0; -EINVAL when the hardware does not take the descriptor, -ETIMEDOUT when a device that is
   *     gone owes its answer
   */
  int submit(InvalidationDescriptor descriptor) {
    if (!isOn()) {
      unit.invalidate(descriptor);
      return 0;
    }
    long[] request = descriptor.encode();
    int rc = submit(request);
    if (rc == Errno.EAGAIN.rc()) {
      rc = submit(request);
    }
    if (rc == Errno.EAGAIN.rc()) {
      context
          .events()
          .emit(
              new HazardRaised(
                  SUBMIT,
                  id,
                  "a device never completes its TLB invalidation: the driver submits it again and"
                      + " again, with interrupts off"));
    }
    return rc;
  }

  private int submit(long[] request) {
    int index = freeHead;
    int wait = next(index);
    put(index, request);
    words.writeInt(statusAt(wait), IN_USE);
    put(wait, new Wait(false, true, false, false, DONE, statusAt(wait)).encode());
    freeHead = next(wait);
    unit.queue().setTail((long) freeHead << shift);
    int rc = 0;
    while (rc == 0 && words.readInt(statusAt(wait)) != DONE) {
      rc = checkFault(index, wait);
    }
    logCompletionError();
    return rc;
  }

  private static int next(int index) {
    return index + 1 & InvalidationQueue.LENGTH - 1;
  }

  private long at(int index) {
    return queue + ((long) index << shift);
  }

  private long statusAt(int index) {
    return status + (long) index * Integer.BYTES;
  }

  private void put(int index, long[] descriptor) {
    words.write(at(index), descriptor[0]);
    words.write(at(index) + Long.BYTES, descriptor[1]);
    if (shift == 5) {
      words.clear(at(index) + 2L * Long.BYTES, 2);
    }
  }

  /** qi_check_fault(). */
  private int checkFault(int index, int wait) {
    if (words.readInt(statusAt(wait)) == ABORT) {
      return Errno.EAGAIN.rc();
    }
    FaultRegisters faults = unit.faults();
    int fault = faults.status();
    if ((fault & (FaultRegisters.IQE | FaultRegisters.ITE)) == 0) {
      throw new IllegalStateException("the queue of " + id + " stands still without an error");
    }
    dump(fault);
    if ((fault & FaultRegisters.IQE) != 0) {
      // The wrong descriptor gives way to the wait descriptor, so that the queue can go on.
      put(index, new long[] {words.read(at(wait)), words.read(at(wait) + Long.BYTES)});
      faults.clearStatus(FaultRegisters.IQE);
      unit.queue().resume();
      info("Invalidation Queue Error (IQE) cleared");
      return Errno.EINVAL.rc();
    }
    int source = (int) (faults.errorRecord() >>> 32) & 0xffff;
    faults.clearStatus(FaultRegisters.ITE);
    info("Invalidation Time-out Error (ITE) cleared");
    words.writeInt(statusAt(wait), ABORT);
    unit.queue().resume();
    return GONE.holdsIn(context.kernel()) && devices.isGone(source)
        ? Errno.ETIMEDOUT.rc()
        : Errno.EAGAIN.rc();
  }

  /** A wrong completion does not hold the queue up: it is found with the next look at FSTS. */
  private void logCompletionError() {
    int fault = unit.faults().status();
    if ((fault & FaultRegisters.ICE) != 0) {
      dump(fault & FaultRegisters.ICE);
      unit.faults().clearStatus(FaultRegisters.ICE);
      info("Invalidation Completion Error (ICE) cleared");
    }
  }

  /** qi_dump_fault(). */
  private void dump(int fault) {
    long error = unit.faults().errorRecord();
    if ((fault & FaultRegisters.IQE) != 0) {
      complain("VT-d detected Invalidation Queue Error: Reason %x".formatted(error & 0xf));
    }
    if ((fault & FaultRegisters.ITE) != 0) {
      complain("VT-d detected Invalidation Time-out Error: SID %x".formatted(error >>> 32 & 0xffff));
    }
    if ((fault & FaultRegisters.ICE) != 0) {
      complain("VT-d detected Invalidation Completion Error: SID %x".formatted(error >>> 48));
    }
    int head = (int) (unit.queue().head() >>> shift);
    show("HEAD", head);
    show("PRIOR", head - 1 & InvalidationQueue.LENGTH - 1);
  }

  private void show(String which, int index) {
    long first = words.read(at(index));
    long second = words.read(at(index) + Long.BYTES);
    complain(
        "QI %s: %s qw0 = 0x%x, qw1 = 0x%x"
            .formatted(which, InvalidationDescriptor.typeName(first), first, second));
  }

  private void complain(String text) {
    emit(MessageClass.WARNING, text);
  }

  private void info(String text) {
    emit(MessageClass.INFO, text);
  }

  private void emit(MessageClass kind, String text) {
    context.events().emit(new KernelMessage(id, kind, "DMAR: " + text));
  }

  void close() {
    unit.queue().disable();
    if (queue != TableWords.NONE) {
      words.free(queue, queueBytes());
      queue = TableWords.NONE;
    }
    if (status != TableWords.NONE) {
      words.free(status);
      status = TableWords.NONE;
    }
  }
}
