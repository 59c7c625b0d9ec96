package org.bufferyard.iommu.intel;

/**
 * One entry of the page request queue, 256 bits (VT-d specification 7.4.1, "Page Request Descriptor";
 * {@code struct page_req_dsc}).
 *
 * <pre>
 * qw0  7:0    type   1
 *      8      PP     a PASID is there
 *      31:16  RID    the requester
 *      51:32  PASID
 *      52     EXE    an instruction fetch
 *      53     PR     supervisor privilege
 * qw1  0      R      read
 *      1      W      write
 *      2      LPIG   last of its group
 *      11:3   PRGI   the group
 *      63:12  ADDR   the page
 * </pre>
 *
 * <p>Not modelled: private data (PDP, the last two words).
 *
 * @param pasid {@link RequesterLookup#NO_PASID} for none
 */
record PageRequestDescriptor(
    int source,
    int pasid,
    boolean execute,
    boolean privileged,
    boolean read,
    boolean write,
    boolean last,
    int group,
    long address) {
  static final int BYTES = 32;
  static final int TYPE = 1;

  static PageRequestDescriptor of(long first, long second) {
    return new PageRequestDescriptor(
        (int) (first >>> 16) & 0xffff,
        bit(first, 8) ? (int) (first >>> 32) & 0xf_ffff : RequesterLookup.NO_PASID,
        bit(first, 52),
        bit(first, 53),
        bit(second, 0),
        bit(second, 1),
        bit(second, 2),
        (int) (second >>> 3) & 0x1ff,
        second & -1L << Paging.PAGE_SHIFT);
  }

  private static boolean bit(long word, int bit) {
    return (word >>> bit & 1) != 0;
  }

  private static long put(boolean set, int bit) {
    return set ? 1L << bit : 0;
  }

  boolean hasPasid() {
    return pasid != RequesterLookup.NO_PASID;
  }

  long first() {
    return TYPE
        | put(hasPasid(), 8)
        | (long) source << 16
        | (hasPasid() ? (long) pasid << 32 : 0)
        | put(execute, 52)
        | put(privileged, 53);
  }

  long second() {
    return put(read, 0)
        | put(write, 1)
        | put(last, 2)
        | (long) group << 3
        | address & -1L << Paging.PAGE_SHIFT;
  }
}
