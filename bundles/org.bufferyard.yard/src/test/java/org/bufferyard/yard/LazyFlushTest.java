package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.yard.guard.VirtualClock;
import org.junit.jupiter.api.Test;

/** The flush queue of a DMA-FQ domain (D11). */
final class LazyFlushTest {
  private final List<String> calls = new ArrayList<>();
  private final List<DmaEvent> events = new ArrayList<>();
  private final VirtualClock clock = new VirtualClock();
  private final LazyFlush queue =
      new LazyFlush("mmu/s0", new Table(), new Book(), clock, new Sink());

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      queue.add(0x100 + i, 2);
    }
  }

  @Test
  void nothingIsFlushedOrFreedBeforeTheTimer() {
    add(3);
    clock.advance(LazyFlush.TIMEOUT_NANOS - 1);
    assertEquals(List.of(), calls);
    assertEquals(6, queue.pages());
    clock.advance(1);
    assertEquals(List.of("flush all", "free 256+2", "free 257+2", "free 258+2"), calls);
    assertEquals(0, queue.pages());
  }

  @Test
  void theTimerRunsFromTheFirstRangeAndStartsAnewAfterIt() {
    add(1);
    clock.advance(6_000_000);
    add(1);
    clock.advance(4_000_000);
    assertEquals(3, calls.size(), "both went with the first one's timer");
    calls.clear();
    clock.advance(LazyFlush.TIMEOUT_NANOS);
    assertEquals(List.of(), calls, "no timer without a range");
    add(1);
    clock.advance(LazyFlush.TIMEOUT_NANOS);
    assertEquals(List.of("flush all", "free 256+2"), calls);
  }

  @Test
  void the256thRangeFlushesThe255BeforeIt() {
    add(255);
    assertEquals(List.of(), calls);
    queue.add(0x900, 1);
    assertEquals("flush all", calls.getFirst());
    assertEquals(256, calls.size());
    assertEquals(1, queue.pages());
    clock.advance(LazyFlush.TIMEOUT_NANOS);
    assertEquals("free 2304+1", calls.getLast());
  }

  @Test
  void manyRangesGoRoundTheRing() {
    for (int i = 0; i < 10_000; i++) {
      queue.add(1 + i, 1);
    }
    queue.flush();
    List<String> freed = calls.stream().filter(c -> c.startsWith("free")).toList();
    assertEquals(10_000, freed.size());
    assertEquals("free 1+1", freed.getFirst());
    assertEquals("free 10000+1", freed.getLast());
    assertEquals(40, calls.size() - freed.size(), "10000 / 255 full ones, and the last");
  }

  @Test
  void aClosedQueueFreesNothing() {
    add(3);
    queue.close();
    clock.advance(LazyFlush.TIMEOUT_NANOS);
    assertEquals(List.of(), calls);
    assertEquals(0, queue.pages());
  }

  @Test
  void aRangeThatIsNotLiveIsAHazardAndTheOthersGo() {
    queue.add(0, 1);
    queue.add(7, 1);
    queue.flush();
    assertEquals(List.of("flush all", "free 7+1"), calls);
    assertTrue(events.stream().anyMatch(DmaEvent.HazardRaised.class::isInstance));
  }

  private final class Sink implements EventSink {
    @Override
    public boolean on() {
      return true;
    }

    @Override
    public void emit(DmaEvent event) {
      events.add(event);
    }
  }

  /** Only {@link #flushAll} counts. */
  private final class Table implements IommuDomain {
    @Override
    public Geometry geometry() {
      return Geometry.IDENTITY;
    }

    @Override
    public long map(long iova, long phys, long pageSize, long count, int prot) {
      return 0;
    }

    @Override
    public long unmap(long iova, long pageSize, long count) {
      return 0;
    }

    @Override
    public long iovaToPhys(long iova) {
      return 0;
    }

    @Override
    public void sync() {
      throw new AssertionError("a flush queue flushes all");
    }

    @Override
    public void flushAll() {
      calls.add("flush all");
    }

    @Override
    public void close() {}
  }

  /** Knows every range but frame 0. */
  private final class Book implements IovaAllocator {
    @Override
    public long allocate(long pages, long limitPfn, boolean flushCaches) {
      return NO_IOVA;
    }

    @Override
    public void free(long pfn, long pages) {
      if (pfn == 0) {
        throw new IllegalArgumentException("frame 0 is not live");
      }
      calls.add("free " + pfn + "+" + pages);
    }

    @Override
    public void reserve(long loPfn, long hiPfn) {}

    @Override
    public long livePages() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
