package org.bufferyard.yard.memory;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;

/**
 * Who owns which physical address: banks, reserved regions, the zones that are left to the page
 * allocator, and a window for translation tables.
 *
 * @param banks RAM
 * @param pools all reserved regions of the board, whatever becomes of them
 * @param noMap those of them without a linear mapping
 * @param zones lowest first, without the empty ones
 * @param tables a run of addresses that nothing else on the board decodes
 */
public record MemoryLayout(Spans banks, Spans pools, Spans noMap, List<ZoneRanges> zones, Spans tables) {
  /** Bytes for tables: two levels of 4 KiB pages over 32 GiB of mappings. */
  public static final long TABLE_WINDOW = 64L << 20;

  private static final long FOUR_GIB = 1L << 32;

  /** A zone of the page allocator and what it may give. */
  public record ZoneRanges(String name, List<PhysRange> ranges) {}

  public MemoryLayout {
    zones = List.copyOf(zones);
  }

  public static MemoryLayout of(PlatformSpec spec) {
    Spans banks = Spans.of(spec.memory().stream().map(MemorySpec::range).toList());
    Spans pools = Spans.of(spec.pools().stream().map(PoolSpec::range).toList());
    Spans noMap =
        Spans.of(spec.pools().stream().filter(PoolSpec::noMap).map(PoolSpec::range).toList());
    List<PhysRange> carved = new ArrayList<>();
    spec.machine().defaultCma().ifPresent(carved::add);
    spec.machine().swiotlb().region().ifPresent(carved::add);
    // memblock reserves whole pages around a region; the page allocator never sees them.
    Spans reserved = pools.plus(Spans.of(carved)).touchedPages();
    Spans free = banks.minus(reserved).wholePages();
    return new MemoryLayout(
        banks,
        pools,
        noMap,
        zones(free, spec.machine().zoneDmaLimit()),
        Spans.of(List.of(tableWindow(spec, banks.plus(pools).plus(Spans.of(carved))))));
  }

  /** ZONE_DMA up to its limit, ZONE_DMA32 up to 4 GiB, ZONE_NORMAL above ({@code zone_sizes_init()}). */
  private static List<ZoneRanges> zones(Spans free, long dmaLimit) {
    List<ZoneRanges> zones = new ArrayList<>();
    add(zones, "DMA", free.within(0, dmaLimit));
    long next = dmaLimit + 1;
    if (next != 0 && Long.compareUnsigned(next, FOUR_GIB) < 0) {
      add(zones, "DMA32", free.within(next, FOUR_GIB - 1));
      next = FOUR_GIB;
    }
    if (next != 0) {
      add(zones, "NORMAL", free.within(next, -1L));
    }
    return zones;
  }

  private static void add(List<ZoneRanges> zones, String name, Spans spans) {
    if (!spans.ranges().isEmpty()) {
      zones.add(new ZoneRanges(name, spans.ranges()));
    }
  }

  /**
   * The highest hole below 4 GiB, since some walkers have 32 address lines; above all RAM when there
   * is none. Table pages come from here and not from the zones: on a machine they come from the page
   * allocator, and then a replay of recorded page addresses would find some of them taken by tables
   * that the recorded kernel had put elsewhere.
   */
  private static PhysRange tableWindow(PlatformSpec spec, Spans memory) {
    List<PhysRange> registers = new ArrayList<>();
    for (DeviceSpec device : spec.devices()) {
      registers.addAll(device.registers());
    }
    Spans taken = memory.plus(Spans.of(registers));
    for (long base = FOUR_GIB - TABLE_WINDOW; base > 0; base -= TABLE_WINDOW) {
      if (taken.within(base, base + TABLE_WINDOW - 1).ranges().isEmpty()) {
        return new PhysRange(base, TABLE_WINDOW);
      }
    }
    long base = FOUR_GIB;
    while (!taken.within(base, base + TABLE_WINDOW - 1).ranges().isEmpty()) {
      base += TABLE_WINDOW;
    }
    return new PhysRange(base, TABLE_WINDOW);
  }
}
