package org.bufferyard.iommu.intel;

/**
 * The hardware's end of the page request queue (VT-d specification 7.4, "Page Request Services", and
 * 11.4.11): what devices ask for goes to memory, software reads it and answers through the
 * invalidation queue.
 *
 * <pre>
 * PQA  63:12  address, 2:0 PQS: 2^PQS pages
 * PRS  0      PPR  a request is pending
 *      1      PRO  one found the queue full; none is taken until software has cleared this
 * </pre>
 *
 * <p>Engine thread only. Not modelled: the registers of its interrupt (it is served at once).
 */
final class PageRequestQueue {
  static final int PPR = 1;
  static final int PRO = 1 << 1;

  private final TableWords words;
  private final Runnable interrupt;

  /** {@code NONE} while it is off. */
  private long base = TableWords.NONE;

  private long bytes;
  private long head;
  private long tail;
  private int status;

  /**
   * @param interrupt what a page request event does
   */
  PageRequestQueue(TableWords words, Runnable interrupt) {
    this.words = words;
    this.interrupt = interrupt;
  }

  /** PQA, PQH and PQT, and page requests allowed (PRSC of the driver). */
  void enable(long address, long sizeBytes) {
    base = address;
    bytes = sizeBytes;
    head = 0;
    tail = 0;
  }

  void disable() {
    base = TableWords.NONE;
  }

  boolean isOn() {
    return base != TableWords.NONE;
  }

  /** PQH. */
  long head() {
    return head;
  }

  /** PQT. */
  long tail() {
    return tail;
  }

  /** PRS. */
  int status() {
    return status;
  }

  /** A write to PQH. */
  void setHead(long offset) {
    head = offset & bytes - 1;
  }

  /** A write to PRS: ones clear. */
  void clearStatus(int bits) {
    status &= ~bits;
  }

  /** The request at an offset. */
  PageRequestDescriptor at(long offset) {
    return PageRequestDescriptor.of(
        words.read(base + offset), words.read(base + offset + Long.BYTES));
  }

  /** Takes a request; false: it was dropped, since the queue is or was full. */
  boolean put(PageRequestDescriptor request) {
    long next = tail + PageRequestDescriptor.BYTES & bytes - 1;
    if (next == head || (status & PRO) != 0) {
      status |= PRO;
      ring();
      return false;
    }
    words.write(base + tail, request.first());
    words.write(base + tail + Long.BYTES, request.second());
    words.clear(base + tail + 2L * Long.BYTES, 2);
    tail = next;
    ring();
    return true;
  }

  private void ring() {
    boolean pending = (status & PPR) != 0;
    status |= PPR;
    if (!pending) {
      interrupt.run();
    }
  }
}
