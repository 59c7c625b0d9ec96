package org.bufferyard.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.live.YardStatus.MappingStatus;
import org.bufferyard.platform.live.YardStatus.MappingSum;
import org.junit.jupiter.api.Test;

/** What goes through single mappings is counted while they live, and their sums for good. */
final class MappingTalliesTest {
  private static final long PAGE = 4096;

  private final MappingTallies tallies = new MappingTallies();

  private void map(String device, long... dma) {
    long[] lengths = new long[dma.length];
    java.util.Arrays.fill(lengths, PAGE);
    tallies.read(
        new DmaEvent.SgMapped(
            device, 0, dma, lengths, dma, lengths, 0, new DmaEvent.SegmentLimits(65536, -1L)));
  }

  private void unmap(String device, long... dma) {
    tallies.read(new DmaEvent.SgUnmapped(device, 0, dma, dma, new long[dma.length], 0));
  }

  private void access(String device, long address, long length, boolean write) {
    tallies.read(new DmaEvent.DeviceAccess(device, address, length, write));
  }

  private List<MappingStatus> busiest(int most) {
    return tallies.busiest(most, UnaryOperator.identity());
  }

  @Test
  void eachMappingHasItsOwnCounters() {
    map("scaler", 0x1000, 0x9000);
    map("scaler", 0x4000);
    map("screen", 0x1000);
    access("scaler", 0x1800, 100, false);
    access("scaler", 0x9fff, 1, true);
    access("scaler", 0x4000, 4096, true);
    access("scaler", 0x2000, 50, true);
    assertEquals(
        List.of(
            new MappingStatus("scaler", "scatter-gather", 0x4000, PAGE, 0, 4096),
            new MappingStatus("scaler", "scatter-gather", 0x1000, 2 * PAGE, 100, 1),
            new MappingStatus("screen", "scatter-gather", 0x1000, PAGE, 0, 0)),
        busiest(9));
    assertEquals(1, busiest(1).size(), "the busiest alone");
  }

  @Test
  void sumsOutliveTheirMappings() {
    map("scaler", 0x1000);
    access("scaler", 0x1000, 10, true);
    unmap("scaler", 0x1000);
    assertEquals(List.of(), busiest(9));
    map("scaler", 0x1000);
    access("scaler", 0x1000, 5, false);
    assertEquals(5, busiest(9).getFirst().bytesRead());
    assertEquals(0, busiest(9).getFirst().bytesWritten(), "of this one nothing was written");
    assertEquals(
        List.of(new MappingSum("scaler", "scatter-gather", 1, 2, 5, 10)), tallies.sums());
    tallies.begin();
    assertEquals(
        List.of(new MappingSum("scaler", "scatter-gather", 0, 2, 5, 10)), tallies.sums());
  }

  @Test
  void theNewestOfTwoAtOneAddressIsCharged() {
    tallies.read(
        new DmaEvent.Allocated("cam", 0x1000, 2 * PAGE, "BUDDY", List.of(), 0, false));
    map("cam", 0x1000);
    access("cam", 0x1000, 7, true);
    access("cam", 0x1fff + 1, 9, true);
    unmap("cam", 0x1000);
    access("cam", 0x1000, 11, true);
    assertEquals(
        List.of(new MappingStatus("cam", "coherent", 0x1000, 2 * PAGE, 0, 20)), busiest(9));
    tallies.read(new DmaEvent.Unbound("cam"));
    assertEquals(List.of(), busiest(9));
  }

  @Test
  void howeverManyThereAreMemoryIsBounded() {
    for (long i = 1; i <= 20_000; i++) {
      map("scaler", i * PAGE);
    }
    assertEquals(8192, busiest(Integer.MAX_VALUE).size());
    for (long i = 1; i <= 20_000; i++) {
      unmap("scaler", i * PAGE);
    }
    assertEquals(
        List.of(new MappingSum("scaler", "scatter-gather", 0, 20_000, 0, 0)), tallies.sums());
    map("scaler", PAGE);
    assertEquals(1, busiest(9).size(), "there is room again");
  }

  /** Against a plain list of what is mapped. */
  @Test
  void inAnyOrderTheBooksAgreeWithAPlainList() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("mapping tallies: -Dbufferyard.seed=" + seed);
    Random random = new Random(seed);
    List<long[]> live = new ArrayList<>();
    List<Long> bytes = new ArrayList<>();
    long moved = 0;
    long next = 1;
    long made = 0;
    for (int step = 0; step < 5000; step++) {
      int what = random.nextInt(4);
      if (what == 0 || live.isEmpty()) {
        long[] dma = new long[1 + random.nextInt(4)];
        for (int i = 0; i < dma.length; i++) {
          dma[i] = PAGE * next++;
        }
        map("d", dma);
        made++;
        live.add(dma);
        bytes.add(0L);
      } else if (what == 1) {
        int which = random.nextInt(live.size());
        unmap("d", live.remove(which));
        bytes.remove(which);
      } else {
        int which = random.nextInt(live.size());
        long[] dma = live.get(which);
        long length = 1 + random.nextInt(64);
        access("d", dma[random.nextInt(dma.length)] + random.nextInt(4000), length, true);
        bytes.set(which, bytes.get(which) + length);
        moved += length;
      }
    }
    List<MappingStatus> all = busiest(Integer.MAX_VALUE);
    assertEquals(live.size(), all.size(), "seed " + seed);
    assertEquals(
        bytes.stream().sorted(java.util.Comparator.reverseOrder()).toList(),
        all.stream().map(MappingStatus::bytesWritten).toList(),
        "seed " + seed);
    assertEquals(
        List.of(new MappingSum("d", "scatter-gather", live.size(), made, 0, moved)),
        tallies.sums());
    assertTrue(made > 0);
  }
}
