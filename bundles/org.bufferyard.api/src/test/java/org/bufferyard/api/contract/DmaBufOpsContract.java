package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a set of dma-buf ops must keep, whatever the kernel. A plug-in author subclasses it with his
 * kind.
 *
 * <p>Every importer has a bus of its own, so a table that was made for one device and handed to
 * another is noticed.
 */
public abstract class DmaBufOpsContract {
  private static final long BASE = 0x4000_0000L;
  private static final long SIZE = 3 * PageRef.SIZE;

  private final PlainMemory memory =
      new PlainMemory(List.of(new PhysRange(BASE, 1 << 20)), List.of());
  private final PlainDma dma = new PlainDma(memory);
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainDevice exporter = new PlainDevice("exporter");
  private final PlainDevice first = new PlainDevice("first");
  private final PlainDevice second = new PlainDevice("second");

  /** The kind under test. */
  protected abstract DmaBufOpsKind kind();

  /** Where the exporter's memory comes from; ordinary pages unless overridden. */
  protected AllocationSource source() {
    return AllocationSource.BUDDY;
  }

  /** An importer that the kind takes; a static one unless overridden. */
  protected PlainAttachment attachment(PlainDevice importer) {
    return new PlainAttachment(importer);
  }

  /** Where the suite's devices stand; on the chip unless overridden. */
  protected Optional<PciPath> place() {
    return Optional.empty();
  }

  @BeforeEach
  void placeDevices() {
    place().ifPresent(path -> List.of(exporter, first, second).forEach(d -> d.at(path)));
  }

  @BeforeEach
  void separateBuses() {
    dma.busOffset("first", 0x1000_0000L);
    dma.busOffset("second", 0x2000_0000L);
  }

  private DmaBufOps exported(long phys) {
    DmaBufOps ops = open(phys, DmaAttrs.NONE);
    assertTrue(ops.getSgtable().table().isPresent(), "a base table of ordinary memory");
    return ops;
  }

  private DmaBufOps open(long phys, DmaAttrs attrs) {
    Allocation allocation = dma.allocation(exporter, phys, SIZE, source(), attrs);
    return kind()
        .open(
            new ExportedMemory(exporter, SIZE, Optional.of(allocation), Optional.empty()),
            context);
  }

  private PlainAttachment attach(DmaBufOps ops, PlainDevice importer) {
    PlainAttachment attachment = attachment(importer);
    assertEquals(0, ops.lifecycle().attach(attachment), "attach");
    return attachment;
  }

  private static SgTable map(DmaBufOps ops, PlainAttachment attachment, DmaDirection direction) {
    SgResult result = ops.mapSg(attachment, direction);
    assertEquals(0, result.rc(), "map");
    return result.table().orElseThrow();
  }

  private static void assertAnswerOrErrno(int rc, boolean answered) {
    assertTrue(answered ? rc == 0 : rc < 0, "rc " + rc + " with answer " + answered);
    assertTrue(rc == 0 || Errno.of(rc).isPresent(), rc + " is no errno");
  }

  @Test
  void opsHaveAName() {
    assertFalse(open(BASE, DmaAttrs.NONE).traits().name().isBlank());
  }

  @Test
  void theBaseTableCoversTheBuffer() {
    SgTable base = open(BASE, DmaAttrs.NONE).getSgtable().table().orElseThrow();
    long bytes = 0;
    for (Segment entry : base.segments()) {
      bytes += entry instanceof Segment.PageBacked page ? page.length() : entry.dmaLength();
    }
    assertTrue(bytes >= SIZE, bytes + " of " + SIZE + " bytes");
  }

  @Test
  void aBaseTableThatFailsIsAnErrno() {
    dma.failGetSgtableWith(Errno.ENXIO.rc());
    SgResult result = open(BASE, DmaAttrs.NONE).getSgtable();
    assertAnswerOrErrno(result.rc(), result.table().isPresent());
  }

  @Test
  void aMappedTableReachesTheExportersBytes() {
    DmaBufOps ops = exported(BASE);
    SgTable table = map(ops, attach(ops, first), DmaDirection.TO_DEVICE);
    byte[] pattern = new byte[(int) SIZE];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (i * 31);
    }
    memory.write(BASE, pattern, 0, pattern.length);
    byte[] seen = new byte[pattern.length];
    int at = 0;
    for (Segment entry : table.mapped()) {
      int length = (int) Math.min(entry.dmaLength(), seen.length - at);
      memory.read(dma.physOf(first, entry.dma()), seen, at, length);
      at += length;
    }
    assertArrayEquals(pattern, seen);
  }

  @Test
  void everyImporterGetsAddressesOfItsOwn() {
    DmaBufOps ops = exported(BASE);
    SgTable a = map(ops, attach(ops, first), DmaDirection.BIDIRECTIONAL);
    SgTable b = map(ops, attach(ops, second), DmaDirection.BIDIRECTIONAL);
    assertNotSame(a, b);
    assertEquals(BASE, dma.physOf(first, a.mapped().get(0).dma()), "the first importer's table");
    assertEquals(BASE, dma.physOf(second, b.mapped().get(0).dma()), "the second importer's table");
  }

  @Test
  void aMapThatFailsIsAnErrnoAndMapsNothing() {
    DmaBufOps ops = exported(BASE);
    PlainAttachment attachment = attach(ops, first);
    dma.failMapsWith(Errno.ENOMEM.rc());
    SgResult result = ops.mapSg(attachment, DmaDirection.TO_DEVICE);
    assertTrue(result.rc() < 0, "rc " + result.rc());
    assertAnswerOrErrno(result.rc(), result.table().isPresent());
    assertEquals(List.of(), dma.live());
  }

  @Test
  void aMapWorksAfterOneThatFailed() {
    DmaBufOps ops = exported(BASE);
    PlainAttachment attachment = attach(ops, first);
    dma.failMapsWith(Errno.ENOMEM.rc());
    ops.mapSg(attachment, DmaDirection.TO_DEVICE);
    dma.failMapsWith(0);
    map(ops, attachment, DmaDirection.TO_DEVICE);
    assertEquals(1, dma.live().size());
  }

  @Test
  void detachLeavesNothingMapped() {
    DmaBufOps ops = exported(BASE);
    for (DmaDirection direction :
        List.of(DmaDirection.TO_DEVICE, DmaDirection.FROM_DEVICE, DmaDirection.BIDIRECTIONAL)) {
      PlainAttachment attachment = attach(ops, first);
      ops.unmapSg(attachment, map(ops, attachment, direction), direction);
      ops.lifecycle().detach(attachment);
      assertEquals(List.of(), dma.live(), direction + " after detach");
    }
  }

  @Test
  void detachOfOneImporterLeavesTheOtherMapped() {
    DmaBufOps ops = exported(BASE);
    PlainAttachment a = attach(ops, first);
    PlainAttachment b = attach(ops, second);
    ops.unmapSg(a, map(ops, a, DmaDirection.TO_DEVICE), DmaDirection.TO_DEVICE);
    map(ops, b, DmaDirection.TO_DEVICE);
    ops.lifecycle().detach(a);
    assertTrue(
        dma.live().stream().anyMatch(live -> live.device().equals("second")),
        "the second importer's mapping went with the first one's detach");
  }

  @Test
  void whatIsUnmappedIsWhatWasMapped() {
    DmaBufOps ops = exported(BASE);
    PlainAttachment attachment = attach(ops, first);
    for (DmaDirection direction : List.of(DmaDirection.TO_DEVICE, DmaDirection.FROM_DEVICE)) {
      ops.unmapSg(attachment, map(ops, attachment, direction), direction);
    }
    ops.lifecycle().detach(attachment);
    assertEquals(List.of(), dma.misuses());
  }

  @Test
  void buffersOfOneKindShareNothing() {
    DmaBufOps one = exported(BASE);
    DmaBufOps other = exported(BASE + 0x1_0000);
    SgTable a = map(one, attach(one, first), DmaDirection.TO_DEVICE);
    SgTable b = map(other, attach(other, first), DmaDirection.TO_DEVICE);
    assertEquals(BASE, dma.physOf(first, a.mapped().get(0).dma()));
    assertEquals(BASE + 0x1_0000, dma.physOf(first, b.mapped().get(0).dma()));
  }

  @Test
  void cpuAccessWithoutFencesIsGranted() {
    DmaBufOps ops = exported(BASE);
    for (DmaDirection direction : DmaDirection.values()) {
      assertEquals(0, ops.cpu().beginCpuAccess(direction), direction + " begin");
      assertEquals(0, ops.cpu().endCpuAccess(direction), direction + " end");
    }
  }

  @Test
  void aKernelMappingShowsTheBytesOrIsAnErrno() {
    MapResult result = exported(BASE).cpu().vmap();
    assertAnswerOrErrno(result.rc(), result.mapping().isPresent());
    memory.write(BASE + SIZE - 1, new byte[] {42}, 0, 1);
    result
        .mapping()
        .ifPresent(
            mapping -> {
              byte[] seen = new byte[1];
              mapping.read(SIZE - 1, seen, 0, 1);
              assertEquals(42, seen[0]);
            });
  }

  @Test
  void aBufferWithoutKernelMappingIsExportedAllTheSame() {
    DmaBufOps ops = open(BASE, DmaAttrs.of(DmaAttr.NO_KERNEL_MAPPING));
    assertTrue(ops.getSgtable().table().isPresent());
    MapResult result = ops.cpu().vmap();
    assertAnswerOrErrno(result.rc(), result.mapping().isPresent());
  }

  @Test
  void aUserMappingShowsItsPagesOrIsAnErrno() {
    MapResult result = exported(BASE).cpu().mmap(1, PageRef.SIZE, true);
    assertAnswerOrErrno(result.rc(), result.mapping().isPresent());
    memory.write(BASE + PageRef.SIZE, new byte[] {7}, 0, 1);
    result
        .mapping()
        .ifPresent(
            mapping -> {
              byte[] seen = new byte[1];
              mapping.read(0, seen, 0, 1);
              assertEquals(7, seen[0]);
            });
  }

  @Test
  void theAllocationIsTheDriversToFree() {
    DmaBufOps ops = exported(BASE);
    PlainAttachment attachment = attach(ops, first);
    ops.unmapSg(
        attachment, map(ops, attachment, DmaDirection.TO_DEVICE), DmaDirection.TO_DEVICE);
    ops.lifecycle().detach(attachment);
    ops.lifecycle().release();
    assertEquals(List.of(), dma.freed());
  }
}
