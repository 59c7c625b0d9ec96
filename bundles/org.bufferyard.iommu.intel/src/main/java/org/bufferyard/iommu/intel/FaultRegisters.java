package org.bufferyard.iommu.intel;

/**
 * Fault status, the fault recording registers, and the invalidation queue's error record (VT-d
 * specification 7.2.1, "Primary Fault Logging", 11.4.7 and 11.4.9.9). Engine thread only.
 *
 * <pre>
 * FSTS   0     PFO   a fault found no register
 *        1     PPF   a register holds a fault
 *        4     IQE   invalidation queue error
 *        5     ICE   invalidation completion error
 *        6     ITE   invalidation time-out
 *        15:8  FRI   the first register that does
 * IQER   3:0   IQEI  why IQE
 *        47:32 ITESID, 63:48 ICESID  whose time-out, whose completion
 * </pre>
 *
 * <p>A fault of a requester of which one is pending is not recorded again, as the specification
 * allows.
 *
 * <p>Not modelled: the registers of the fault event (an interrupt is served at once), advanced fault
 * logging.
 */
final class FaultRegisters {
  static final int PFO = 1;
  static final int PPF = 1 << 1;
  static final int IQE = 1 << 4;
  static final int ICE = 1 << 5;
  static final int ITE = 1 << 6;

  private final long[] low;
  private final long[] high;

  /** The register that the next fault goes to. */
  private int next;

  /** FRI. */
  private int first;

  private int sticky;
  private long error;

  FaultRegisters(int registers) {
    this.low = new long[registers];
    this.high = new long[registers];
  }

  /** Records a fault; whether an interrupt comes of it. */
  boolean record(FaultRecord fault) {
    boolean pending = isPending();
    if ((sticky & PFO) != 0 || pending && holds(fault.source())) {
      return false;
    }
    if (FaultRecord.isFault(high[next])) {
      sticky |= PFO;
      return false;
    }
    low[next] = fault.low();
    high[next] = fault.high();
    first = pending ? first : next;
    next = next + 1 == high.length ? 0 : next + 1;
    return !pending;
  }

  private boolean isPending() {
    for (long record : high) {
      if (FaultRecord.isFault(record)) {
        return true;
      }
    }
    return false;
  }

  private boolean holds(int source) {
    for (int i = 0; i < high.length; i++) {
      if (FaultRecord.isFault(high[i]) && FaultRecord.of(low[i], high[i]).source() == source) {
        return true;
      }
    }
    return false;
  }

  /** FSTS. */
  int status() {
    return sticky | (isPending() ? PPF | first << 8 : 0);
  }

  /** A write to FSTS: ones clear PFO, IQE, ICE and ITE. */
  void clearStatus(int bits) {
    sticky &= ~bits;
  }

  int registers() {
    return high.length;
  }

  long low(int register) {
    return low[register];
  }

  long high(int register) {
    return high[register];
  }

  /** A write of F to a recording register. */
  void clearFault(int register) {
    high[register] = 0;
  }

  /** An error of the invalidation queue: IQEI in IQER. */
  void queueError(int reason) {
    sticky |= IQE;
    error = error & ~0xfL | reason;
  }

  void timedOut(int source) {
    sticky |= ITE;
    error = error & ~(0xffffL << 32) | (long) source << 32;
  }

  void badCompletion(int source) {
    sticky |= ICE;
    error = error & ~(0xffffL << 48) | (long) source << 48;
  }

  /** IQER. */
  long errorRecord() {
    return error;
  }
}
