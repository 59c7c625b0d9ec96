package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/** What the kernel does with arguments that are wrong: as asked, not as meant. */
class WrongArgumentsTest {
  private static final long LOW = 0x8000_0000L;
  private static final DmaDirection BOTH = DmaDirection.BIDIRECTIONAL;
  private final TestYard yard = new TestYard();
  private final TestDevice device = yard.device("a");

  private static TestYard old() {
    return new TestYard(KernelProfile.LINUX_6_12);
  }

  @Test
  void vmallocMemoryIsRejected() {
    assertEquals(
        -1L,
        yard.dma().mapSingle(device, CpuAddress.VMALLOC, LOW, 64, BOTH, DmaAttrs.NONE));
    assertEquals(1, yard.recorded.of(DmaEvent.MapFailed.class).size());
    assertTrue(
        yard.recorded
            .of(DmaEvent.KernelMessage.class)
            .getFirst()
            .text()
            .endsWith("rejecting DMA map of vmalloc memory"));
    assertEquals(
        LOW + 8,
        yard.dma().mapSingle(device, CpuAddress.LINEAR, LOW + 8, 64, BOTH, DmaAttrs.NONE));
  }

  @Test
  void theErrorIsAskedForAndTold() {
    assertEquals(-12, yard.dma().mappingError(device, -1L));
    assertEquals(0, yard.dma().mappingError(device, LOW));
    assertEquals(2, yard.recorded.of(DmaEvent.ErrorChecked.class).size());
  }

  @Test
  void registersAreNotUnmappedAsPages() {
    yard.dma().mapResource(device, 0xfec0_0000L, 4096, BOTH, DmaAttrs.NONE);
    yard.dma().unmap(device, 0xfec0_0000L, 4096, BOTH, DmaAttrs.of(DmaAttr.MMIO));
    assertEquals(1, yard.ledger.size());
    assertEquals(0, yard.recorded.of(DmaEvent.Unmapped.class).size(), "no hook ran");
    yard.dma().unmapResource(device, 0xfec0_0000L, 4096, BOTH, DmaAttrs.NONE);
    assertEquals(0, yard.ledger.size());
    assertEquals(
        DmaAttr.MMIO.mask(), yard.recorded.of(DmaEvent.Unmapped.class).getFirst().attrs());
  }

  @Test
  void olderKernelsDoNotKnowTheAttributes() {
    TestYard that = old();
    TestDevice n = that.device("n").incoherent();
    DmaAttrs unknown =
        DmaAttrs.of(DmaAttr.MMIO, DmaAttr.REQUIRE_COHERENT, DmaAttr.CC_SHARED);
    long dma = that.dma().mapPage(n, that.page(LOW), 0, 4096, BOTH, unknown);
    assertEquals(LOW, dma);
    that.dma().unmap(n, dma, 4096, BOTH, unknown);
    assertEquals(0, that.ledger.size());
  }

  @Test
  void sharedMemoryIsForTheDirectPathAlone() {
    yard.translate(device);
    DmaAttrs shared = DmaAttrs.of(DmaAttr.CC_SHARED);
    assertEquals(-1L, yard.dma().mapPage(device, yard.page(LOW), 0, 4096, BOTH, shared));
    long dma = yard.dma().mapPage(device, yard.page(LOW), 0, 4096, BOTH, DmaAttrs.NONE);
    yard.dma().unmap(device, dma, 4096, BOTH, shared);
    assertEquals(1, yard.ledger.size(), "the unmap does nothing");
  }

  @Test
  void anUnmapOfFewerEntriesLeavesTheRestMapped() {
    RecordingTable table = yard.translate(device);
    SgTable list = yard.list(LOW, 4096, LOW + 0x10000, 4096, LOW + 0x20000, 4096);
    device.maxSegment = 4096;
    assertEquals(3, yard.dma().mapSg(device, list, BOTH, DmaAttrs.NONE));
    yard.dma().unmapSg(device, list, 2, BOTH, DmaAttrs.NONE);
    long third = list.segments().get(2).dma();
    assertEquals(LOW + 0x20000, table.iovaToPhys(third));
    assertEquals(0, table.iovaToPhys(list.segments().get(1).dma()));
    DmaEvent.SgUnmapped event = yard.recorded.of(DmaEvent.SgUnmapped.class).getFirst();
    assertArrayEquals(new long[] {4096, 4096}, event.lengths());
  }

  @Test
  void moreEntriesThanThereAreAreNotThere() {
    SgTable list = yard.list(LOW, 4096);
    yard.dma().mapSg(device, list, BOTH, DmaAttrs.NONE);
    yard.dma().syncSg(device, list, 1_000_000, BOTH, true);
    yard.dma().unmapSg(device, list, -5, BOTH, DmaAttrs.NONE);
    assertEquals(0, yard.recorded.of(DmaEvent.SgUnmapped.class).getFirst().dma().length);
    assertEquals(1, yard.recorded.of(DmaEvent.SgSynced.class).getFirst().dma().length);
  }

  @Test
  void aListMayBeUnmappedTwice() {
    SgTable list = yard.list(LOW, 4096);
    yard.dma().mapSg(device, list, BOTH, DmaAttrs.NONE);
    yard.dma().unmapSgtable(device, list, BOTH, DmaAttrs.NONE);
    yard.dma().unmapSgtable(device, list, BOTH, DmaAttrs.NONE);
    assertTrue(yard.hazard("I2"));
    assertEquals(2, yard.recorded.of(DmaEvent.SgUnmapped.class).size());
  }

  private Allocation allocation() {
    return yard.dma().allocAttrs(device, 8192, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
  }

  private static Dma.FreeCall call(Allocation a, long size, long handle, boolean interruptsOff) {
    return new Dma.FreeCall(size, 0, handle, a.attrs(), interruptsOff);
  }

  @Test
  void aFreeByAHandleWithoutAStructPageKills() {
    Allocation a = allocation();
    KernelOops dead =
        assertThrows(
            KernelOops.class,
            () -> yard.dma().freeAttrs(device, a, call(a, 8192, 0x1000, false)));
    assertEquals("B12", dead.rule().id());
    assertEquals(
        0x1000, yard.recorded.of(DmaEvent.Freed.class).getFirst().dma(), "told before it dies");
  }

  @Test
  void aFreeOfAnotherSizeLeaksTheRest() {
    Allocation a = allocation();
    yard.dma().freeAttrs(device, a, call(a, 4096, a.handle(), false));
    assertTrue(yard.hazard("B12"));
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void behindAnIommuTheHandleIsUnmappedAndThePagesGoByCpuAddress() {
    RecordingTable table = yard.translate(device);
    Allocation a = allocation();
    yard.dma().freeAttrs(device, a, call(a, 8192, 0x1000, false));
    assertEquals(a.physAt(0), table.iovaToPhys(a.handle()), "the real one stays mapped");
    Allocation b = allocation();
    assertTrue(b.handle() != a.handle(), "and its IOVA is lost");
  }

  @Test
  void aFreeWithInterruptsOffWarns() {
    Allocation a = allocation();
    yard.dma().freeAttrs(device, a, call(a, 8192, a.handle(), true));
    assertTrue(
        yard.recorded.of(DmaEvent.KernelMessage.class).stream()
            .anyMatch(m -> m.text().contains("dma_free_attrs")));
    assertEquals(0, yard.ledger.size());
  }
}
