package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.BounceArea;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DirectMappingTest {
  private static final long LOW = 0x8000_0000L;
  private static final long HIGH = 0x1_0300_0000L;
  private static final DmaDirection BOTH = DmaDirection.BIDIRECTIONAL;
  private final TestYard yard = new TestYard();

  private long map(TestDevice device, long phys, long size) {
    return map(yard, device, phys, size, DmaAttrs.NONE);
  }

  private static long map(
      TestYard yard, TestDevice device, long phys, long size, DmaAttrs attrs) {
    return yard.dma().mapPage(device, yard.page(phys), phys & 0xfff, size, BOTH, attrs);
  }

  private void noBounce() {
    yard.bounce = Optional.empty();
  }

  private void force() {
    yard.bounce =
        Optional.of(
            new BounceArea(
                TestYard.bounceSpec("swiotlb", TestYard.BOUNCE), yard.slots, true, false));
  }

  @ParameterizedTest(name = "{0} bytes at {1} below a mask of {2} bits: {3}")
  @CsvSource({
    "4096, 0xfffff000, 32, true",
    "4097, 0xfffff000, 32, false",
    "1, 0xffffffff, 32, true",
    "1, 0x100000000, 32, false",
    "4096, 0x100000000, 33, true",
    "0, 0x80000000, 32, true",
    "9223372036854775807, 0x80000000, 32, false",
    "9223372036854775807, 0x80000000, 64, true",
  })
  void theMaskDecidesWithoutABouncePool(long size, String phys, int bits, boolean ok) {
    noBounce();
    long mask = bits == 64 ? -1L : (1L << bits) - 1;
    long dma = map(yard.device("d").masks(mask), Long.decode(phys), size);
    assertEquals(ok ? Long.decode(phys) : -1L, dma);
    assertEquals(!ok, yard.messaged(MessageClass.OVERFLOW));
    assertEquals(ok ? 1 : 0, yard.ledger.size());
  }

  @ParameterizedTest
  @CsvSource({
    "0x3fffffff, false, 0", "0x40000000, true, 0x80000000", "0x5fffffff, true, 0x9fffffff",
    "0x60000000, true, 0x10000000", "0x7fffffff, true, 0x2fffffff", "0x80000000, false, 0",
  })
  void theFirstWindowThatContainsAnAddressTranslatesIt(String phys, boolean ok, String dma) {
    noBounce();
    assertEquals(
        ok ? Long.decode(dma) : -1L, map(yard.behindTwoWindows("v0"), Long.decode(phys), 1));
  }

  @Test
  void theBusLimitCountsAsTheMask() {
    noBounce();
    TestDevice w0 = yard.device("w0");
    w0.busLimit = 0x7fff_ffffL;
    assertEquals(-1L, map(w0, LOW, 1));
    assertTrue(yard.said(d -> d.text().startsWith("bus limit 0x7fffffff < 0x80000000")));
    w0.masks(0x3fff_ffffL);
    assertEquals(-1L, map(w0, 0x4000_0000L, 1));
    assertTrue(yard.said(d -> d.text().startsWith("mask 30 bit < 0x40000000")));
  }

  @Test
  void aRangeThatWrapsIsOutOfReach() {
    noBounce();
    assertEquals(-1L, map(yard.device("d").masks(-1L), LOW, -4096L));
  }

  @Test
  void noMaskPointerMapsNothing() {
    TestDevice d = yard.device("d");
    d.mask = Optional.empty();
    assertEquals(-1L, map(d, LOW, 4096));
    SgTable table = yard.list(LOW, 4096);
    assertEquals(0, yard.dma().mapSgtable(d, table, BOTH, DmaAttrs.NONE), "success, says Linux");
    assertEquals(0, table.nents());
    assertEquals(0, yard.dma().mapSg(d, table, BOTH, DmaAttrs.NONE));
  }

  @Test
  void outOfReachIsBouncedAndCopiedBothWays() {
    byte[] data = new byte[5000];
    Arrays.fill(data, (byte) 41);
    yard.memory.write(HIGH + 100, data, 0, data.length);
    TestDevice a = yard.device("a");
    long dma = map(a, HIGH + 100, 5000);
    assertEquals(0x7800_0000L, dma, "the offset in the page is not kept");
    assertArrayEquals(data, yard.bytes(dma, 5000));
    DmaEvent.Bounced bounced = yard.recorded.of(DmaEvent.Bounced.class).get(0);
    assertEquals(HIGH + 100, bounced.phys());
    assertFalse(bounced.forced());
    yard.memory.write(dma + 8, new byte[] {7}, 0, 1);
    yard.dma().syncSingle(a, dma + 8, 1, BOTH, false);
    assertEquals(7, yard.bytes(HIGH + 108, 1)[0]);
    yard.memory.write(HIGH + 109, new byte[] {9}, 0, 1);
    yard.dma().syncSingle(a, dma + 9, 1, BOTH, true);
    assertEquals(9, yard.bytes(dma + 9, 1)[0]);
    yard.memory.write(dma, new byte[] {5}, 0, 1);
    yard.dma().unmap(a, dma, 5000, BOTH, DmaAttrs.NONE);
    assertEquals(5, yard.bytes(HIGH + 100, 1)[0]);
    assertEquals(0, yard.slots.usedSlots());
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void fromDeviceKeepsOldBytesAndToDeviceCopiesNothingBack() {
    yard.memory.write(HIGH, new byte[] {1, 2, 3}, 0, 3);
    TestDevice a = yard.device("a");
    long from =
        yard.dma()
            .mapPage(a, yard.page(HIGH), 0, 3, DmaDirection.FROM_DEVICE, DmaAttrs.SKIP_CPU_SYNC);
    assertArrayEquals(new byte[] {1, 2, 3}, yard.bytes(from, 3), "copied in every direction");
    yard.memory.write(from, new byte[] {9}, 0, 1);
    yard.dma().unmap(a, from, 3, DmaDirection.FROM_DEVICE, DmaAttrs.SKIP_CPU_SYNC);
    assertEquals(1, yard.bytes(HIGH, 1)[0], "SKIP_CPU_SYNC: no copy back");
    long to =
        yard.dma().mapPage(a, yard.page(HIGH), 0, 3, DmaDirection.TO_DEVICE, DmaAttrs.NONE);
    yard.memory.write(to, new byte[] {9}, 0, 1);
    yard.dma().unmap(a, to, 3, DmaDirection.TO_DEVICE, DmaAttrs.NONE);
    assertEquals(1, yard.bytes(HIGH, 1)[0]);
  }

  @Test
  void aSyncBeyondTheBounceIsClippedWithAWarning() {
    TestDevice a = yard.device("a");
    long dma = map(a, HIGH, 100);
    yard.memory.write(HIGH + 100, new byte[] {77}, 0, 1);
    yard.dma().syncSingle(a, dma, 4096, BOTH, false);
    assertTrue(yard.messaged(MessageClass.WARNING));
    assertEquals(77, yard.bytes(HIGH + 100, 1)[0]);
  }

  @ParameterizedTest
  @CsvSource({"262144, true", "262145, false", "1048576, false"})
  void aBounceHasALongestSize(long size, boolean ok) {
    assertEquals(ok, map(yard.device("a"), HIGH, size) != -1L);
    assertEquals(!ok, yard.messaged(MessageClass.BOUNCE_FULL));
  }

  @Test
  void noWarnSilencesAFullPool() {
    assertEquals(
        -1L,
        map(yard, yard.device("a"), HIGH, 1 << 20, DmaAttrs.of(DmaAttr.NO_WARN)));
    assertFalse(yard.messaged(MessageClass.BOUNCE_FULL));
  }

  @Test
  void aPoolThatTheDeviceCannotReachDoesNotHelp() {
    assertEquals(-1L, map(yard.device("a").masks(0x3fff_ffffL), HIGH, 4096));
    assertTrue(
        yard.recorded.of(DmaEvent.KernelMessage.class).stream()
            .anyMatch(m -> m.text().contains("swiotlb addr 0x0000000078000000+4096 overflow")));
    assertEquals(0, yard.slots.usedSlots());
  }

  @Test
  void minAlignMaskKeepsAddressBits() {
    TestDevice a = yard.device("a");
    a.minAlign = 0xfff;
    assertEquals(0x64, map(a, HIGH + 0x64, 4096) & 0xfff);
  }

  @Test
  void forcedBounceOfNothingIsABug() {
    force();
    KernelOops bug = assertThrows(KernelOops.class, () -> map(yard.device("a"), LOW, 0));
    assertEquals("E4", bug.rule().id());
    assertTrue(yard.messaged(MessageClass.BUG));
  }

  @Test
  void noMapMemoryCannotBeBounced() {
    KernelOops oops =
        assertThrows(
            KernelOops.class,
            () -> map(yard.device("a"), TestYard.POOL_HIGH.base(), 4096));
    assertEquals("swiotlb_bounce", oops.rule().function());
  }

  @Test
  void listsStayListsAndNothingMerges() {
    SgTable table = yard.list(LOW, 4096, LOW + 4096, 4096, HIGH, 512);
    TestDevice a = yard.device("a");
    assertEquals(0, yard.dma().mapSgtable(a, table, BOTH, DmaAttrs.NONE));
    assertEquals(
        List.of(LOW, LOW + 4096, 0x7800_0000L),
        table.mapped().stream().map(Segment::dma).toList());
    yard.dma().unmapSgtable(a, table, BOTH, DmaAttrs.NONE);
    assertEquals(0, yard.slots.usedSlots());
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void aListThatFailsHalfWayIsUndone() {
    SgTable table = yard.list(HIGH, 4096, LOW, 4096, HIGH, 1 << 20);
    TestDevice a = yard.device("a");
    assertEquals(-5, yard.dma().mapSgtable(a, table, BOTH, DmaAttrs.NONE));
    assertEquals(0, yard.slots.usedSlots());
    assertEquals(0, yard.ledger.size());
    assertEquals(0, yard.dma().mapSg(a, table, BOTH, DmaAttrs.NONE));
  }

  @Test
  void emptyListsAreAnError() {
    SgTable none = SgTable.ofDma(List.of(new Segment.DmaOnly(0x1000, 4096)));
    assertEquals(-5, yard.dma().mapSgtable(yard.device("a"), none, BOTH, DmaAttrs.NONE));
  }

  @Test
  void pagesOfADmaOnlyListAreAHazard() {
    SgTable hidden = new SgTable(List.of(new Segment.DmaOnly(0x1000, 4096)), 1, 1);
    // Recorded: page NULL, length 0 is not capable, and bouncing 0 bytes is a BUG.
    assertThrows(
        KernelOops.class,
        () -> yard.dma().mapSgtable(yard.device("a"), hidden, BOTH, DmaAttrs.NONE));
    assertEquals(1, yard.badPages.size());
  }

  @ParameterizedTest
  @EnumSource(DmaDirection.class)
  void cachesAreCleanedForTheDeviceAndInvalidatedForTheCpu(DmaDirection direction) {
    TestDevice n0 = yard.device("n0").incoherent();
    if (direction == DmaDirection.NONE) {
      assertThrows(
          KernelOops.class,
          () -> yard.dma().mapPage(n0, yard.page(LOW), 0, 64, direction, DmaAttrs.NONE));
      return;
    }
    long dma = yard.dma().mapPage(n0, yard.page(LOW), 0, 64, direction, DmaAttrs.NONE);
    assertEquals(1, yard.recorded.of(DmaEvent.CacheCleaned.class).size());
    yard.dma().unmap(n0, dma, 64, direction, DmaAttrs.NONE);
    assertEquals(
        direction == DmaDirection.TO_DEVICE ? 0 : 1,
        yard.recorded.of(DmaEvent.CacheInvalidated.class).size());
  }

  @Test
  void skipCpuSyncAndCoherentDevicesTouchNoCache() {
    TestDevice n0 = yard.device("n0").incoherent();
    map(yard, n0, LOW, 4096, DmaAttrs.SKIP_CPU_SYNC);
    map(yard.device("coherent"), LOW, 4096);
    assertEquals(0, yard.recorded.of(DmaEvent.CacheCleaned.class).size());
  }

  @ParameterizedTest
  @CsvSource({"6.12, 0x10001000", "7.3, -1"})
  void registersAreTranslatedFrom7On(String kernel, String dma) {
    TestYard that = new TestYard(KernelProfile.named(kernel).orElseThrow());
    TestDevice v0 = that.behindTwoWindows("v0");
    assertEquals(
        Long.decode(dma),
        that.dma().mapResource(v0, 0x1000_1000L, 1 << 20, BOTH, DmaAttrs.NONE));
  }

  @ParameterizedTest
  @CsvSource({"6.12, 0xfec00000", "7.3, -1"})
  void registersCannotBeBouncedByForceFrom7On(String kernel, String dma) {
    TestYard that = new TestYard(KernelProfile.named(kernel).orElseThrow());
    that.bounce =
        Optional.of(
            new BounceArea(
                TestYard.bounceSpec("swiotlb", TestYard.BOUNCE), that.slots, true, false));
    TestDevice a = that.device("a");
    assertEquals(
        Long.decode(dma), that.dma().mapResource(a, 0xfec0_0000L, 1, BOTH, DmaAttrs.NONE));
  }

  @Test
  void registersBeyondTheMaskOverflow() {
    TestDevice n1 = yard.device("n1");
    assertEquals(
        -1L, yard.dma().mapResource(n1, 0x1234_5678_9000L, 1, BOTH, DmaAttrs.NONE));
    assertTrue(yard.messaged(MessageClass.OVERFLOW));
    assertEquals(0, yard.recorded.of(DmaEvent.Bounced.class).size());
  }

  @Test
  void pagesAreNoRegistersIn7() {
    assertEquals(-1L, map(yard, yard.device("a"), LOW, 4096, DmaAttrs.of(DmaAttr.MMIO)));
  }

  @Test
  void requireCoherentRefusesOtherDevicesAndBounces() {
    DmaAttrs attrs = DmaAttrs.of(DmaAttr.REQUIRE_COHERENT);
    assertEquals(-1L, map(yard, yard.device("n0").incoherent(), LOW, 4096, attrs));
    assertEquals(-1L, map(yard, yard.device("a"), HIGH, 4096, attrs));
    assertEquals(LOW, map(yard, yard.device("a"), LOW, 4096, attrs));
    assertEquals(
        -95,
        yard.dma()
            .mapSgtable(yard.device("n0").incoherent(), yard.list(LOW, 4096), BOTH, attrs));
  }

  @ParameterizedTest
  @CsvSource({"7.3, 32, true", "7.3, 100, false", "6.1, 32, false", "7.3, 512, false"})
  void shortWritesOfNonCoherentDevicesAreBounced(String kernel, int size, boolean bounced) {
    TestYard that = new TestYard(KernelProfile.named(kernel).orElseThrow());
    that.kmallocBounce = true;
    that.dma()
        .mapPage(
            that.device("n0").incoherent(),
            that.page(LOW),
            0,
            size,
            DmaDirection.FROM_DEVICE,
            DmaAttrs.NONE);
    assertEquals(bounced ? 1 : 0, that.recorded.of(DmaEvent.Bounced.class).size());
  }

  @Test
  void unmapOfNothingIsReported() {
    yard.dma().unmap(yard.device("a"), LOW, 4096, BOTH, DmaAttrs.NONE);
    assertTrue(yard.hazard("I2"));
    yard.recorded.clear();
    yard.dma().unmapSgtable(yard.device("a"), yard.list(LOW, 4096), BOTH, DmaAttrs.NONE);
    assertTrue(yard.hazard("I2"));
  }

  @Test
  void theSamePageMayBeMappedTwice() {
    TestDevice a = yard.device("a");
    assertEquals(map(a, LOW, 4096), map(a, LOW, 4096));
    assertEquals(2, yard.ledger.size());
    yard.dma().unmap(a, LOW, 4096, BOTH, DmaAttrs.NONE);
    yard.dma().unmap(a, LOW, 4096, BOTH, DmaAttrs.NONE);
    assertEquals(0, yard.ledger.size());
    assertFalse(yard.hazard("I2"));
  }

  @Test
  void theLedgerUndoesWhatADriverForgot() {
    TestDevice a = yard.device("a");
    map(a, HIGH, 4096);
    map(a, LOW, 4096);
    yard.dma().mapSgtable(a, yard.list(HIGH, 4096, HIGH + 8192, 100), BOTH, DmaAttrs.NONE);
    assertEquals(3, yard.ledger.undo("a"));
    assertEquals(0, yard.slots.usedSlots());
  }
}
