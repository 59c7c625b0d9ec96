package org.bufferyard.yard;

import java.util.Map;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.event.DmaEvent.Decided;
import org.bufferyard.api.event.DmaEvent.HazardRaised;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.yard.FlushQueue;
import org.bufferyard.yard.guard.VirtualClock;

/**
 * The flush queue of one domain ({@code drivers/iommu/dma-iommu.c: queue_iova(),
 * fq_flush_timeout()}; D11): a ring of 256 entries, of which 255 fill, and a timer of 10 ms that the
 * first entry after a flush by timer starts. One CPU. Engine thread only.
 *
 * <p>Not modelled: the single queue of drivers that shadow flushes (32768 entries, 1 s).
 */
final class LazyFlush implements FlushQueue {
  static final int SIZE = 256;
  static final long TIMEOUT_NANOS = 10_000_000L;

  private static final Rule QUEUE = Rule.of("D11", "queue_iova");
  private static final Rule FLUSH = Rule.of("D11", "fq_flush_iotlb");

  private final String domain;
  private final IommuDomain table;
  private final IovaAllocator iova;
  private final VirtualClock clock;
  private final EventSink events;
  private final long[] pfn = new long[SIZE];
  private final long[] pages = new long[SIZE];
  private int head;
  private int tail;
  private long waiting;
  private boolean timerOn;
  private boolean closed;

  LazyFlush(
      String domain,
      IommuDomain table,
      IovaAllocator iova,
      VirtualClock clock,
      EventSink events) {
    this.domain = domain;
    this.table = table;
    this.iova = iova;
    this.clock = clock;
    this.events = events;
  }

  @Override
  public void add(long first, long count) {
    if ((tail + 1 & SIZE - 1) == head) {
      flushBecause("the queue is full");
    }
    pfn[tail] = first;
    pages[tail] = count;
    tail = tail + 1 & SIZE - 1;
    waiting += count;
    if (!timerOn) {
      timerOn = true;
      clock.after(TIMEOUT_NANOS, this::timeOut);
    }
    if (events.on()) {
      events.emit(
          new Decided(
              QUEUE,
              domain,
              "IOVA frames 0x"
                  + Long.toHexString(first)
                  + "+"
                  + count
                  + " wait for the flush queue: a device may still reach what they translated to",
              Map.of("waiting", Integer.toString(tail - head & SIZE - 1))));
    }
  }

  private void timeOut() {
    timerOn = false;
    if (!closed) {
      flushBecause("10 ms have passed");
    }
  }

  @Override
  public void flush() {
    flushBecause("it was asked for");
  }

  private void flushBecause(String why) {
    if (events.on()) {
      events.emit(
          new Decided(
              FLUSH,
              domain,
              "IOTLB flushed, " + (tail - head & SIZE - 1) + " ranges freed: " + why,
              Map.of()));
    }
    table.flushAll();
    while (head != tail) {
      free(pfn[head], pages[head]);
      waiting -= pages[head];
      head = head + 1 & SIZE - 1;
    }
  }

  private void free(long first, long count) {
    try {
      iova.free(first, count);
    } catch (IllegalArgumentException notLive) {
      events.emit(
          new HazardRaised(
              FLUSH,
              domain,
              "the flush queue frees IOVA frames that are not allocated: " + notLive.getMessage()));
    }
  }

  @Override
  public long pages() {
    return waiting;
  }

  /** iommu_dma_free_fq(): the ranges go with their space. */
  void close() {
    closed = true;
    head = tail;
    waiting = 0;
  }
}
