package org.bufferyard.importer.recorded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PoolSpec;

/** Banks and reserved regions of a boot: lines of /proc/iomem and of the early kernel log. */
final class RecordedMemory {
  private static final Pattern IOMEM = Pattern.compile("\\s*([0-9a-f]+)-([0-9a-f]+) : (.+)");

  /** "Reserved memory: created DMA memory pool at 0x…, size 4096 KiB". */
  private static final Pattern POOL =
      Pattern.compile(".*created (.*?) ?(?:memory )?pool at 0x([0-9a-f]+), size (\\d+) (KiB|MiB)");

  private final RecordingMachine machine;

  RecordedMemory(RecordingMachine machine) {
    this.machine = machine;
  }

  /**
   * The regions that this boot made pools of. Early kernel logs were not kept for every boot; then
   * the tree's own shared pools count (restricted ones exist only in boots whose log is there).
   */
  List<PoolSpec> pools(Field environment, boolean hasTree) {
    List<RecordingMachine.Region> known = machine.regions();
    Optional<Field> lines =
        environment.optional("reserved_memory").filter(f -> !f.elements().isEmpty());
    if (lines.isEmpty()) {
      return known.stream()
          .filter(r -> hasTree && r.kind() != PoolSpec.Kind.RESTRICTED)
          .map(RecordedMemory::pool)
          .toList();
    }
    List<PoolSpec> pools = new ArrayList<>();
    for (Field line : lines.get().elements()) {
      Matcher m = POOL.matcher(line.text());
      if (!m.matches()) {
        throw line.wrong("is no line about a pool: " + line.text());
      }
      long base = Long.parseUnsignedLong(m.group(2), 16);
      long size = Long.parseLong(m.group(3)) << (m.group(4).equals("KiB") ? 10 : 20);
      pools.add(
          known.stream()
              .filter(r -> r.range().base() == base)
              .findFirst()
              // The log rounds down to whole MiB (256 KiB reads "0 MiB"): the tree knows better.
              .map(RecordedMemory::pool)
              .orElseGet(() -> unknownPool(line, m.group(1), base, size)));
    }
    return pools;
  }

  private static PoolSpec unknownPool(Field line, String word, long base, long size) {
    if (size == 0) {
      throw line.wrong("is about a pool of unknown size: " + line.text());
    }
    return pool(
        new RecordingMachine.Region(
            "pool@" + Long.toHexString(base), new PhysRange(base, size), kind(word)));
  }

  private static PoolSpec.Kind kind(String word) {
    return switch (word) {
      case "CMA" -> PoolSpec.Kind.CMA;
      case "DMA" -> PoolSpec.Kind.COHERENT;
      default -> PoolSpec.Kind.RESTRICTED;
    };
  }

  private static PoolSpec pool(RecordingMachine.Region region) {
    String allocator =
        switch (region.kind()) {
          case COHERENT -> "coherent-pool";
          case CMA -> "cma";
          case RESTRICTED -> "swiotlb";
          case RESERVED -> "";
        };
    return new PoolSpec(
        region.name(),
        region.name(),
        region.range(),
        region.kind(),
        allocator,
        region.kind() == PoolSpec.Kind.COHERENT,
        true,
        false,
        false);
  }

  /** System RAM and the no-map holes in it, joined where they touch. */
  List<MemorySpec> banks(Field environment, List<PoolSpec> pools) {
    List<PhysRange> ranges = new ArrayList<>();
    for (Field line : environment.member("memory").elements()) {
      Matcher m = IOMEM.matcher(line.text());
      if (!m.matches()) {
        throw line.wrong("is no line of /proc/iomem: " + line.text());
      }
      if (m.group(3).equals("System RAM")) {
        // iomem names whole pages of RAM; x86 starts and ends off a page.
        long base = Long.parseUnsignedLong(m.group(1), 16) + 0xfff & -0x1000L;
        long end = Long.parseUnsignedLong(m.group(2), 16) + 1 & -0x1000L;
        ranges.add(new PhysRange(base, end - base));
      }
    }
    pools.stream().filter(PoolSpec::noMap).forEach(p -> ranges.add(p.range()));
    ranges.sort(Comparator.comparing(PhysRange::base, Long::compareUnsigned));
    List<PhysRange> joined = new ArrayList<>();
    for (PhysRange range : ranges) {
      PhysRange last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && last.last() + 1 == range.base()) {
        joined.set(joined.size() - 1, new PhysRange(last.base(), last.size() + range.size()));
      } else {
        joined.add(range);
      }
    }
    return joined.stream()
        .map(r -> new MemorySpec("memory@" + Long.toHexString(r.base()), r))
        .toList();
  }
}
