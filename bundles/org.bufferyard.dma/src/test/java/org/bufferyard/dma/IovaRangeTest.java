package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.IovaRange;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.FlushQueue;
import org.junit.jupiter.api.Test;

/** The two-step API (C12). */
class IovaRangeTest {
  private static final long HIGH = 0x1_0300_0000L;
  private static final DmaDirection BOTH = DmaDirection.BIDIRECTIONAL;
  private final TestYard yard = new TestYard();
  private final TestDevice device = yard.device("s");
  private final RecordingTable table = yard.translate(device);

  private IovaRange range(long phys, long size) {
    return yard.dma().tryAllocIova(device, phys, size).orElseThrow();
  }

  private int link(IovaRange range, long phys, long offset, long size) {
    return range.link(phys, offset, size, BOTH, DmaAttrs.NONE);
  }

  private long liveFrames() {
    return device.domain.orElseThrow().iova().livePages();
  }

  @Test
  void piecesFromAnywhereLieSideBySide() {
    IovaRange range = range(HIGH, 3 * 4096);
    assertEquals(3 * 4096, range.sizeBytes());
    assertTrue(table.pages.isEmpty(), "nothing is mapped yet");
    assertEquals(0, link(range, HIGH, 0, 4096));
    assertEquals(0, link(range, HIGH + 0x10_0000, 4096, 8192));
    assertEquals(0, range.sync(0, 3 * 4096));
    assertEquals(HIGH, table.iovaToPhys(range.address()));
    assertEquals(HIGH + 0x10_1000, table.iovaToPhys(range.address() + 8192));
    range.destroy(3 * 4096, BOTH, DmaAttrs.NONE);
    assertTrue(table.pages.isEmpty());
    assertEquals(0, liveFrames());
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void theFirstPieceKeepsItsOffsetAndOthersMustNotHaveOne() {
    IovaRange range = range(HIGH + 100, 5000);
    assertEquals(100, range.address() & 0xfff);
    assertEquals(0, link(range, HIGH + 100, 0, 3996));
    assertEquals(HIGH + 100, table.iovaToPhys(range.address()));
    assertEquals(Errno.EIO.rc(), link(range, HIGH + 0x2064, 3996, 1004));
    assertEquals(0, link(range, HIGH + 0x2000, 3996, 1004));
    assertEquals(HIGH + 0x2000, table.iovaToPhys(range.address() + 3996));
    range.destroy(5000, BOTH, DmaAttrs.NONE);
    assertEquals(0, liveFrames());
  }

  @Test
  void unlinkKeepsTheIovasAndFlushesAtOnce() {
    IovaRange range = range(HIGH, 8192);
    assertEquals(0, link(range, HIGH, 0, 8192));
    range.unlink(4096, 4096, BOTH, DmaAttrs.NONE);
    assertEquals(1, table.syncs);
    assertEquals(0, table.iovaToPhys(range.address() + 4096));
    assertEquals(2, liveFrames());
    assertEquals(0, link(range, HIGH + 0x5000, 4096, 4096), "the place can be used again");
    range.unlink(0, 8192, BOTH, DmaAttrs.NONE);
    range.free();
    assertEquals(0, liveFrames());
    assertFalse(yard.hazard("C12"));
  }

  @Test
  void anOccupiedPlaceIsWhatTheTableSays() {
    IovaRange range = range(HIGH, 8192);
    table.failAfter = 1;
    table.failure = Errno.EADDRINUSE;
    assertEquals(0, link(range, HIGH, 0, 4096));
    assertEquals(Errno.EADDRINUSE.rc(), link(range, HIGH, 0, 4096));
  }

  @Test
  void onlyDmaIommuOfTheseKernelsHasRanges() {
    TestDevice direct = yard.device("d");
    assertEquals(Optional.empty(), yard.dma().tryAllocIova(direct, HIGH, 4096));
    assertEquals(Optional.empty(), yard.dma().tryAllocIova(device, HIGH, 0));
    assertEquals(Optional.empty(), yard.dma().tryAllocIova(device, HIGH, Long.MIN_VALUE));
    assertEquals(Optional.empty(), yard.dma().tryAllocIova(device, HIGH, Long.MAX_VALUE));
    TestYard old = new TestYard(KernelProfile.LINUX_6_12);
    TestDevice behind = old.device("s");
    old.translate(behind);
    assertEquals(Optional.empty(), old.dma().tryAllocIova(behind, HIGH, 4096));
    assertEquals(0, liveFrames());
  }

  @Test
  void attributesDecideAboutCachesAndRights() {
    device.incoherent();
    IovaRange range = range(HIGH, 4096);
    assertEquals(
        Errno.EOPNOTSUPP.rc(),
        range.link(HIGH, 0, 4096, BOTH, DmaAttrs.of(DmaAttr.REQUIRE_COHERENT)));
    assertEquals(0, range.link(0x1000_0000L, 0, 4096, BOTH, DmaAttrs.of(DmaAttr.MMIO)));
    assertEquals(IommuProt.READ | IommuProt.WRITE | IommuProt.MMIO, table.lastProt);
    assertEquals(0, yard.recorded.of(DmaEvent.CacheCleaned.class).size());
    range.unlink(0, 4096, BOTH, DmaAttrs.of(DmaAttr.MMIO));
    assertEquals(0, link(range, HIGH, 0, 4096));
    assertEquals(1, yard.recorded.of(DmaEvent.CacheCleaned.class).size());
    range.destroy(4096, DmaDirection.FROM_DEVICE, DmaAttrs.NONE);
    assertEquals(1, yard.recorded.of(DmaEvent.CacheInvalidated.class).size());
  }

  @Test
  void untrustedDevicesGetTheEndsOfAPieceBounced() {
    device.untrusted = true;
    device.minAlign = 0xfff;
    yard.memory.write(HIGH + 8192, new byte[] {7}, 0, 1);
    IovaRange range = range(HIGH, 8192 + 512);
    assertEquals(0, link(range, HIGH, 0, 8192 + 512));
    assertEquals(HIGH, table.iovaToPhys(range.address()));
    long bounce = table.iovaToPhys(range.address() + 8192);
    assertTrue(TestYard.BOUNCE.contains(bounce));
    assertEquals(7, yard.bytes(bounce, 1)[0]);
    yard.memory.write(bounce, new byte[] {9}, 0, 1);
    range.destroy(8192 + 512, BOTH, DmaAttrs.NONE);
    assertEquals(9, yard.bytes(HIGH + 8192, 1)[0]);
    assertEquals(0, yard.slots.usedSlots());
    IovaRange registers = range(HIGH, 512);
    assertEquals(
        Errno.EPERM.rc(), registers.link(HIGH, 0, 512, BOTH, DmaAttrs.of(DmaAttr.MMIO)));
  }

  @Test
  void destroyGoesThroughTheFlushQueueAndFreeDoesNot() {
    List<String> queued = new ArrayList<>();
    Domain strict = device.domain.orElseThrow();
    device.domain =
        Optional.of(
            new Domain(
                strict.id(),
                strict.iommu(),
                DomainType.DMA_FQ,
                table,
                strict.iova(),
                Optional.of(new Queued(queued))));
    IovaRange range = range(HIGH, 4096);
    link(range, HIGH, 0, 4096);
    range.destroy(4096, BOTH, DmaAttrs.NONE);
    assertEquals(1, queued.size());
    assertEquals(0, table.syncs);
    range(HIGH, 4096).free();
    assertEquals(1, queued.size());
  }

  private record Queued(List<String> added) implements FlushQueue {
    @Override
    public void add(long pfn, long pages) {
      added.add(pfn + "+" + pages);
    }

    @Override
    public void flush() {}

    @Override
    public long pages() {
      return 0;
    }
  }

  @Test
  void misuseIsDoneAndNamed() {
    IovaRange range = range(HIGH, 4096);
    assertEquals(0, link(range, HIGH, 4096, 4096), "beyond the range: the kernel does not look");
    assertTrue(yard.hazard("C12"));
    assertTrue(table.pages.containsKey(range.address() + 4096));
    range.unlink(4096, 4096, BOTH, DmaAttrs.NONE);
    link(range, HIGH, 0, 4096);
    range.free();
    range.free();
    assertEquals(
        List.of(true, true, true),
        yard.recorded.of(DmaEvent.HazardRaised.class).stream()
            .map(DmaEvent.HazardRaised::text)
            .filter(t -> !t.contains("leaves its"))
            .map(
                t ->
                    t.contains("still linked")
                        || t.contains("freed already")
                        || t.contains("not live"))
            .limit(3)
            .toList());
    assertEquals(0, liveFrames());
  }

  @Test
  void theYardUndoesWhatIsLeft() {
    device.untrusted = true;
    device.minAlign = 0xfff;
    IovaRange range = range(HIGH, 8192 + 512);
    link(range, HIGH, 0, 8192 + 512);
    assertEquals(1, yard.ledger.size());
    yard.ledger.undo("s");
    assertEquals(0, yard.ledger.size());
    assertEquals(0, yard.slots.usedSlots());
    assertTrue(table.pages.isEmpty());
    assertEquals(0, liveFrames());
  }

  @Test
  void randomLinksAgreeWithAPlainMap() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("IovaRangeTest seed " + seed);
    Random random = new Random(seed);
    int pages = 64;
    IovaRange range = range(HIGH, pages * 4096L);
    Map<Integer, Long> plain = new TreeMap<>();
    for (int step = 0; step < 2000; step++) {
      int first = random.nextInt(pages);
      int count = 1 + random.nextInt(pages - first);
      boolean free = true;
      boolean taken = true;
      for (int i = first; i < first + count; i++) {
        free &= !plain.containsKey(i);
        taken &= plain.containsKey(i);
      }
      if (free) {
        long phys = HIGH + random.nextInt(4096) * 4096L;
        assertEquals(0, link(range, phys, first * 4096L, count * 4096L));
        for (int i = 0; i < count; i++) {
          plain.put(first + i, phys + i * 4096L);
        }
      } else if (taken) {
        range.unlink(first * 4096L, count * 4096L, BOTH, DmaAttrs.NONE);
        for (int i = first; i < first + count; i++) {
          plain.remove(i);
        }
      }
      for (int i = 0; i < pages; i++) {
        assertEquals(
            plain.getOrDefault(i, 0L),
            table.iovaToPhys(range.address() + i * 4096L),
            "seed " + seed + " step " + step);
      }
    }
    yard.ledger.undo("s");
    assertTrue(table.pages.isEmpty());
    assertEquals(0, liveFrames());
  }
}
