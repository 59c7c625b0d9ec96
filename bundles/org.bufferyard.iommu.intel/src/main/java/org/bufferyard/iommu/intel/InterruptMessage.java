package org.bufferyard.iommu.intel;

import org.bufferyard.api.memory.PhysRange;

/**
 * A write of four bytes to 0xfeexxxxx, as a device's MSI (VT-d specification 5.1.2, "Interrupt Requests").
 *
 * <pre>
 * address  31:20  0xfee
 *          4      format: 0 compatibility, 1 remappable
 * remappable      19:5  handle 14:0, 3 SHV, 2 handle 15; data 15:0 the subhandle, with SHV
 * compatibility   19:12 destination; data 7:0 vector, 10:8 delivery mode
 * </pre>
 */
record InterruptMessage(long address, int data) {
  /** Requests without a PASID to this range are interrupts and never translated. */
  static final PhysRange RANGE = new PhysRange(0xfee0_0000L, 1L << 20);

  static boolean isAddress(long address) {
    return Long.compareUnsigned(address - RANGE.base(), RANGE.size()) < 0;
  }

  /** The message that names an entry of the table: handle, and the subhandle to add. */
  static InterruptMessage remappable(int handle, int subhandle) {
    return new InterruptMessage(
        RANGE.base() | (handle & 0x7fffL) << 5 | 1 << 4 | 1 << 3 | handle >>> 15 << 2, subhandle);
  }

  boolean isRemappable() {
    return (address & 1 << 4) != 0;
  }

  private boolean hasSubhandle() {
    return (address & 1 << 3) != 0;
  }

  /** Which entry is meant: up to 17 bits. */
  int index() {
    int handle = (int) (address >>> 5) & 0x7fff | (int) (address >>> 2 & 1) << 15;
    return hasSubhandle() ? handle + (data & 0xffff) : handle;
  }

  /** Data 31:16 have to be clear beside a subhandle. */
  boolean isReserved() {
    return hasSubhandle() && data >>> 16 != 0;
  }

  /** Of the compatibility format. */
  int vector() {
    return data & 0xff;
  }

  /** Likewise. */
  int destination() {
    return (int) (address >>> 12) & 0xff;
  }
}
