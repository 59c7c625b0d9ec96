package org.bufferyard.dmabuf.ops.vb2sg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.DmaBufOpsContract;
import org.bufferyard.api.contract.PlainAttachment;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.contract.PlainDma;
import org.bufferyard.api.contract.PlainMemory;
import org.bufferyard.api.contract.PlainOpsContext;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

class Vb2SgOpsTest extends DmaBufOpsContract {
  private final PlainDma dma =
      new PlainDma(
          new PlainMemory(List.of(new PhysRange(0x4000_0000L, 0x4000_0000L)), List.of()));
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainAttachment scaler = new PlainAttachment(new PlainDevice("scaler"));

  @Override
  protected DmaBufOpsKind kind() {
    return new Vb2SgOpsKind();
  }

  private DmaBufOps ofPages() {
    SgTable pages =
        SgTable.ofPages(
            List.of(
                new Segment.PageBacked(new PageRef(0x40010, PageBacking.LINEAR), 0, 8192),
                new Segment.PageBacked(new PageRef(0x40020, PageBacking.LINEAR), 0, 4096)));
    DmaBufOps ops =
        kind()
            .open(
                new ExportedMemory(
                    new PlainDevice("codec"), 12288, Optional.empty(), Optional.of(pages)),
                context);
    ops.getSgtable();
    ops.lifecycle().attach(scaler);
    return ops;
  }

  @Test
  void everyMapErrorBecomesEio() {
    DmaBufOps ops = ofPages();
    dma.failMapsWith(Errno.ENOMEM.rc());
    assertEquals(Errno.EIO.rc(), ops.mapSg(scaler, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void theMappingIsKeptAndCleansTheCachesWhenItIsMade() {
    DmaBufOps ops = ofPages();
    SgTable table = ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow();
    ops.unmapSg(scaler, table, DmaDirection.TO_DEVICE);
    assertSame(table, ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow());
    ops.mapSg(scaler, DmaDirection.FROM_DEVICE);
    ops.lifecycle().detach(scaler);
    assertEquals(
        List.of(
            "map scaler TO_DEVICE",
            "unmap scaler TO_DEVICE",
            "map scaler FROM_DEVICE",
            "unmap scaler FROM_DEVICE"),
        dma.calls().stream().map(String::strip).toList());
  }

  /** The base table is not mapped by anybody here: nothing to sync, and no importer's either. */
  @Test
  void cpuAccessLeavesTheMappingsOfImportersAlone() {
    DmaBufOps ops = ofPages();
    ops.mapSg(scaler, DmaDirection.FROM_DEVICE);
    List<String> before = List.copyOf(dma.calls());
    assertEquals(0, ops.cpu().beginCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(0, ops.cpu().endCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(before, dma.calls());
  }
}
