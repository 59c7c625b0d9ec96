package org.bufferyard.iommu.intel;

/**
 * A fault as the hardware records it, 128 bits (VT-d specification 11.4.14, "Fault Recording
 * Registers").
 *
 * <pre>
 * low   63:12  FI   the page; of an interrupt its index in 63:48
 * high  15:0   SID  the requester
 *       29     PRIV supervisor privilege, beside a PASID
 *       30     EXE  a fetch, likewise
 *       31     PP   a PASID is there
 *       39:32  FR   reason
 *       59:40  PV   the PASID
 *       62     T1   1: a read
 *       63     F    the register holds a fault
 * </pre>
 *
 * <p>Not modelled: the type of atomic operations (T2), address type (AT).
 *
 * @param page address of the page
 * @param pasid {@link RequesterLookup#NO_PASID} for none
 */
record FaultRecord(
    int reason,
    long page,
    boolean write,
    int source,
    int pasid,
    boolean privileged,
    boolean execute) {
  private static final long PRIV = 1L << 29;
  private static final long EXE = 1L << 30;
  private static final long F = 1L << 63;
  private static final long READ = 1L << 62;
  private static final long WITH_PASID = 1L << 31;

  /** A fault of which nothing more is to be said. */
  FaultRecord(int reason, long page, boolean write, int source, int pasid) {
    this(reason, page, write, source, pasid, false, false);
  }

  static FaultRecord of(DmarFault why, Request request) {
    return new FaultRecord(
        why.reason(),
        request.address() & -1L << Paging.PAGE_SHIFT,
        request.write(),
        request.source(),
        request.pasid(),
        request.hasPasid() && request.privileged(),
        request.hasPasid() && request.execute());
  }

  static FaultRecord of(long low, long high) {
    return new FaultRecord(
        (int) (high >>> 32) & 0xff,
        low & -1L << 12,
        (high & READ) == 0,
        (int) high & 0xffff,
        (high & WITH_PASID) == 0 ? RequesterLookup.NO_PASID : (int) (high >>> 40) & 0xf_ffff,
        (high & PRIV) != 0,
        (high & EXE) != 0);
  }

  long low() {
    return page & -1L << 12;
  }

  long high() {
    return F
        | (write ? 0 : READ)
        | (privileged ? PRIV : 0)
        | (execute ? EXE : 0)
        | (pasid == RequesterLookup.NO_PASID ? 0 : WITH_PASID | (long) pasid << 40)
        | (long) reason << 32
        | source;
  }

  static boolean isFault(long high) {
    return (high & F) != 0;
  }
}
