package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.YardDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolTest {
  private static Allocation alloc(TestYard yard, TestDevice device, long size) {
    return yard.dma().allocAttrs(device, size, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
  }

  private static boolean refuses(TestYard yard, TestDevice device, long size) {
    return yard.dma().allocAttrs(device, size, Gfp.KERNEL, DmaAttrs.NONE).isEmpty();
  }

  @Test
  void servesBeforeAnythingElseAndClearsWhatWasAskedFor() {
    TestYard yard = new TestYard();
    TestDevice p0 = yard.withPool0("p0");
    byte[] old = new byte[8192];
    java.util.Arrays.fill(old, (byte) 17);
    yard.memory.write(0x7000_0000L, old, 0, old.length);
    Allocation a = alloc(yard, p0, 5000);
    assertEquals(0x7000_0000L, a.handle());
    assertEquals(AllocationSource.DEVICE_POOL, a.source());
    assertEquals(Allocation.CpuAddress.VMALLOC, a.cpuAddress());
    assertEquals(8192, a.runs().get(0).size());
    assertArrayEquals(new byte[5000], yard.bytes(0x7000_0000L, 5000));
    assertEquals(17, yard.bytes(0x7000_0000L + 5000, 1)[0], "not the rounded size");
  }

  @Test
  void isExclusiveInEveryMainlineKernel() {
    for (KernelProfile kernel : KernelProfile.ALL) {
      TestYard yard = new TestYard(kernel);
      TestDevice p0 = yard.withPool0("p0");
      assertTrue(refuses(yard, p0, (4 << 20) + 1), kernel.name());
      assertTrue(yard.said(d -> d.rule().id().equals("B2") && d.text().contains("NULL")));
    }
  }

  @ParameterizedTest
  @CsvSource({"4.10-arm,BUDDY", "4.12-arm,BUDDY", "6.1,", "6.12,", "7.3,"})
  void withoutExclusiveOldKernelsGoOnToOtherMemory(String name, String source) {
    TestYard yard = new TestYard(KernelProfile.named(name).orElseThrow());
    yard.defaultCma = Optional.empty();
    TestDevice p0 = yard.withPool0("p0");
    p0.pool =
        Optional.of(
            new YardDevice.Pool(
                TestYard.poolSpec("pool0", TestYard.POOL0, PoolSpec.Kind.COHERENT, false),
                yard.pool0));
    Allocation first = alloc(yard, p0, 4 << 20);
    assertEquals(AllocationSource.DEVICE_POOL, first.source());
    Optional<Allocation> second =
        yard.dma().allocAttrs(p0, 4096, Gfp.KERNEL, DmaAttrs.NONE);
    assertEquals(
        Optional.ofNullable(source), second.map(a -> a.source().name()), "the pool is full");
    second.ifPresent(
        a -> {
          assertTrue(yard.dma().checkDevCoherent(p0, first));
          assertEquals(false, yard.dma().checkDevCoherent(p0, a), "per buffer, not per device");
        });
  }

  @Test
  void ignoresMasksAndSaysSo() {
    TestYard yard = new TestYard();
    TestDevice h0 = yard.withHighPool("h0");
    assertEquals(0x1_4000_0000L, alloc(yard, h0, 4096).handle(), "32-bit coherent mask");
    assertTrue(yard.hazard("B3"));
  }

  @Test
  void translatesThePoolsBase() {
    TestYard yard = new TestYard();
    TestDevice r0 = yard.behindOffsetBus("r0");
    r0.pool = yard.withPool0("x").pool;
    assertEquals(0x3000_0000L, alloc(yard, r0, 4096).handle());
    assertEquals(0x3000_1000L, alloc(yard, r0, 1).handle());
  }

  @Test
  void aBaseOutsideEveryWindowGivesGarbageAndAHazard() {
    TestYard yard = new TestYard();
    TestDevice w = yard.withPool0("w");
    w.rangeMap = new DmaRangeMap(List.of(new DmaRange(0x4000_0000L, 0, 0x1000_0000L)));
    assertEquals(-1L, alloc(yard, w, 4096).handle());
    assertTrue(yard.hazard("B3"));
  }

  @Test
  void isAskedBeforeTheIommuWhichNeverLearnsOfIt() {
    TestYard yard = new TestYard();
    TestDevice s0 = yard.withPool0("s0");
    RecordingTable table = yard.translate(s0);
    assertEquals(0x7000_0000L, alloc(yard, s0, 8192).handle());
    assertEquals(List.of(), table.maps);
    assertTrue(yard.hazard("B2"));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MIN_VALUE, Long.MAX_VALUE, -1L, -4096})
  void hostileSizesGiveNull(long size) {
    TestYard yard = new TestYard();
    assertTrue(refuses(yard, yard.withPool0("p0"), size));
    assertEquals(1, yard.recorded.of(DmaEvent.AllocationFailed.class).size());
    assertTrue(yard.pool0.isEmpty());
  }

  @Test
  void freeGivesTheBlockBackOnce() {
    TestYard yard = new TestYard();
    TestDevice p0 = yard.withPool0("p0");
    Allocation a = alloc(yard, p0, 12288);
    yard.dma().free(a);
    assertTrue(yard.pool0.isEmpty());
    assertEquals(0, yard.ledger.size());
    yard.dma().free(a);
    assertTrue(yard.hazard("B12"), "a second free is reported, not obeyed");
  }

  @Test
  void theLedgerUndoesAnAllocationWithoutItsOwner() {
    TestYard yard = new TestYard();
    Allocation a = alloc(yard, yard.withPool0("p0"), 4096);
    assertEquals(1, yard.ledger.undo("p0"));
    assertTrue(yard.pool0.isEmpty());
    yard.dma().free(a);
    assertTrue(yard.hazard("B12"));
  }
}
