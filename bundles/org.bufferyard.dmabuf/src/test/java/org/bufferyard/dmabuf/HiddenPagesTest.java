package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/** What CONFIG_DMABUF_DEBUG shows an importer (F9). */
class HiddenPagesTest {
  private static SgTable mappedTable() {
    SgTable table =
        SgTable.ofPages(
            List.of(
                new Segment.PageBacked(new PageRef(7, PageBacking.LINEAR), 16, 4096, 0x9000, 8192),
                new Segment.PageBacked(new PageRef(9, PageBacking.LINEAR), 0, 4096, 0, 0)));
    table.setNents(1);
    return table;
  }

  @Test
  void from7TheImporterGetsACopyOfTheDmaSideOnly() {
    HiddenPages hidden = new HiddenPages(true, KernelProfile.LINUX_7_3);
    SgTable exporters = mappedTable();
    SgTable importers = hidden.hide(exporters);
    assertNotSame(exporters, importers);
    assertEquals(List.of(new Segment.DmaOnly(0x9000, 8192)), importers.segments());
    assertEquals(1, importers.origNents());
    assertEquals(1, importers.nents());
    assertSame(exporters, hidden.reveal(importers));
  }

  @Test
  void until6ThePageLinksOfTheTableItselfAreFlippedAndRestored() {
    HiddenPages hidden = new HiddenPages(true, KernelProfile.LINUX_6_12);
    SgTable table = mappedTable();
    assertSame(table, hidden.hide(table));
    Segment.PageBacked first =
        assertInstanceOf(Segment.PageBacked.class, table.segments().getFirst());
    assertEquals(PageBacking.NONE, first.page().backing());
    assertNotEquals(7, first.page().pfn());
    assertEquals(16, first.offset());
    assertEquals(0x9000, first.dma());
    hidden.reveal(table);
    assertEquals(mappedTable().segments(), table.segments());
  }

  @Test
  void withoutTheCheckerTheImporterGetsTheExportersTable() {
    HiddenPages hidden = new HiddenPages(false, KernelProfile.LINUX_7_3);
    SgTable table = mappedTable();
    assertSame(table, hidden.hide(table));
    assertEquals(mappedTable().segments(), table.segments());
  }

  @Test
  void theExporterUnmapsItsOwnTable() {
    PlainYard yard = new PlainYard(KernelProfile.LINUX_7_3).hidingPages();
    ScriptedOps ops = new ScriptedOps();
    yard.install("scripted", ops);
    DmaBufs core = new DmaBufCore().open(yard);
    DmaBufAttachment t =
        core.attach(
                core.export(
                        yard.memory(yard.allocation(8192, AllocationSource.BUDDY)),
                        OpsPolicy.MAINLINE,
                        "scripted",
                        Optional.empty())
                    .buffer()
                    .orElseThrow(),
                new PlainDevice("importer"),
                false)
            .attachment()
            .orElseThrow();
    SgTable given = core.map(t, DmaDirection.TO_DEVICE).table().orElseThrow();
    assertInstanceOf(Segment.DmaOnly.class, given.segments().getFirst());
    core.unmap(t, given, DmaDirection.TO_DEVICE);
    assertEquals(List.of(), yard.dma().live());
    assertEquals(List.of(), yard.dma().misuses());
  }
}
