package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.MIB_2;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.bufferyard.iommu.intel.VtdBench.SOURCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent.HazardRaised;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.iommu.intel.InvalidationDescriptor.ContextInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.DeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidCacheInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.Wait;
import org.junit.jupiter.api.Test;

/** What goes through the invalidation queue, and what happens when it does not. */
class QueuedInvalidationTest {
  private static final long PHYS = 0x8_8000_0000L;
  private static final Map<String, String> SCALABLE = Map.of("scalable-mode", "on");

  private VtdBench bench = new VtdBench();

  private InvalidationQueue queue() {
    return bench.unit.hardware().queue();
  }

  private QueuedInvalidation driver() {
    return bench.unit.flushes().queue();
  }

  private long slot(long index) {
    return driver().address() + (index << queue().shift());
  }

  /** What was submitted since the queue was there, without the waits. */
  private List<InvalidationDescriptor> submitted(long since) {
    List<InvalidationDescriptor> found = new ArrayList<>();
    for (long i = since; i < queue().head() >> queue().shift(); i++) {
      InvalidationDescriptor one =
          InvalidationDescriptor.decode(bench.word(slot(i)), bench.word(slot(i) + 8))
              .orElseThrow();
      if (i % 2 == 0) {
        found.add(one);
      } else {
        assertTrue(one instanceof Wait wait && wait.writes() && wait.data() == 2, one::toString);
      }
    }
    return found;
  }

  private long head() {
    return queue().head() >> queue().shift();
  }

  private List<String> log() {
    return bench.yard.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList();
  }

  private void setWord(long at, long value) {
    byte[] bytes = new byte[8];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    bench.yard.memory().write(at, bytes, 0, 8);
  }

  @Test
  void everythingIsInvalidatedWhenTheRootTableIsSet() {
    assertEquals(
        List.of(
            new ContextInvalidation(1, 0, 0, 0),
            new IotlbInvalidation(1, 0, true, true, 0, 0, false)),
        submitted(0));
    assertEquals(4, queue().shift(), "descriptors of 128 bits");
    bench = new VtdBench(KernelProfile.DEFAULT, SCALABLE);
    assertEquals(
        List.of(
            new ContextInvalidation(1, 0, 0, 0),
            new PasidCacheInvalidation(3, 0, 0),
            new IotlbInvalidation(1, 0, true, true, 0, 0, false)),
        submitted(0));
    assertEquals(5, queue().shift(), "of 256 bits");
  }

  @Test
  void aStrictUnmapInvalidatesTheSpanAroundItsPages() {
    bench.map(0xffff_d000L, PHYS, 4096, RW);
    bench.map(0xffff_e000L, PHYS, 4096, RW);
    long before = head();
    assertEquals(8192, bench.domain.unmap(0xffff_d000L, 4096, 2));
    assertEquals(before, head(), "not before the sync");
    bench.domain.sync();
    bench.domain.sync();
    assertEquals(
        List.of(new IotlbInvalidation(3, 2, true, true, 0xffff_c000L, 2, false)),
        submitted(before),
        "four pages cover both");
  }

  @Test
  void spansBeyondMamvTakeTheDomain() {
    bench.map(GIB, PHYS, 4096, RW);
    bench.map(3 * GIB, PHYS, 4096, RW);
    long before = head();
    bench.domain.unmap(GIB, 4096, 1);
    bench.domain.unmap(3 * GIB, 4096, 1);
    bench.domain.sync();
    assertEquals(
        List.of(new IotlbInvalidation(2, 2, true, true, 0, 0, false)), submitted(before));
  }

  @Test
  void aFlushQueueTakesTheDomain() {
    bench.map(GIB, PHYS, 4096, RW);
    long before = head();
    bench.domain.unmap(GIB, 4096, 1);
    bench.domain.flushAll();
    assertEquals(
        List.of(new IotlbInvalidation(2, 2, true, true, 0, 0, false)), submitted(before));
    bench.domain.sync();
    assertEquals(1, submitted(before).size(), "nothing is left");
  }

  @Test
  void firstLevelPagesGoByPasid() {
    bench = new VtdBench(KernelProfile.DEFAULT, SCALABLE);
    StreamId other = new StreamId("dmar0", List.of(0x88L, 9L));
    assertEquals(0, bench.iommu.attach(other, bench.domain));
    bench.map(GIB, PHYS, 4096, RW);
    bench.map(GIB + MIB_2, PHYS, 4096, RW);
    long before = head();
    bench.domain.unmap(GIB, 4096, 1);
    bench.domain.sync();
    assertEquals(
        List.of(
            new PasidIotlbInvalidation(3, 2, 0, GIB, 0, true),
            new PasidIotlbInvalidation(3, 2, 9, GIB, 0, true)),
        submitted(before),
        "IH: no table went");
    before = head();
    bench.map(GIB, PHYS, MIB_2 / 2, RW, 4096);
    bench.map(GIB + MIB_2 / 2, PHYS, MIB_2 / 2, RW, 4096);
    bench.domain.unmap(GIB, 4096, 512);
    bench.domain.sync();
    assertEquals(
        new PasidIotlbInvalidation(3, 2, 0, GIB, 9, false),
        submitted(before).getFirst(),
        "a table went");
    before = head();
    bench.domain.flushAll();
    assertEquals(
        List.of(
            new PasidIotlbInvalidation(2, 2, 0, 0, 0, false),
            new PasidIotlbInvalidation(2, 2, 9, 0, 0, false)),
        submitted(before));
    before = head();
    bench.iommu.attach(other, bench.iommu.newDomain(DomainType.BLOCKED));
    assertEquals(
        List.of(
            new PasidCacheInvalidation(1, 2, 9), new PasidIotlbInvalidation(2, 2, 9, 0, 0, false)),
        submitted(before));
  }

  @Test
  void detachingInvalidatesTheContextAndTheDomain() {
    long before = head();
    bench.iommu.detach(bench.device);
    assertEquals(
        List.of(
            new ContextInvalidation(3, 2, SOURCE, 0),
            new IotlbInvalidation(2, 2, true, true, 0, 0, false)),
        submitted(before));
  }

  @Test
  void aUnitInCachingModeIsToldOfNewEntriesToo() {
    bench = new VtdBench(KernelProfile.DEFAULT, Map.of("cap", "d2008c22260286"));
    assertEquals(
        List.of(
            new ContextInvalidation(3, 0, SOURCE, 0),
            new IotlbInvalidation(2, 2, true, true, 0, 0, false)),
        submitted(4));
    long before = head();
    bench.map(GIB, PHYS, MIB_2, RW);
    assertEquals(
        List.of(new IotlbInvalidation(3, 2, true, true, GIB, 9, false)),
        submitted(before),
        "of new pages too");
    assertFalse(
        bench.domain.geometry().has(Geometry.Trait.DEFERS_FLUSHES), "and flushes are strict");
  }

  @Test
  void theHardwareKeepsAnEntryUntilItIsTold() {
    bench.map(GIB, PHYS, 4096, RW);
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true));
    long root = bench.unit.hardware().root();
    long context = bench.word(root) & -4096L;
    setWord(context + SOURCE * 16L, 0);
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true), "the context cache");
    assertEquals(0, driver().submit(new ContextInvalidation(3, 2, SOURCE, 0)));
    assertEquals(DmarFault.CONTEXT_NOT_PRESENT.at(GIB, true), bench.access(GIB, true));
  }

  @Test
  void theQueueIsARing() {
    for (int i = 0; i < 300; i++) {
      assertEquals(0, driver().submit(new ContextInvalidation(1, 0, 0, 0)));
      assertEquals(queue().tail(), queue().head());
    }
    assertEquals((4 + 2 * 300) % 256, head());
  }

  @Test
  void aWrongDescriptorStopsTheQueueUntilItIsReplaced() {
    // Reserved bits: an address mask beyond CAP.MAMV.
    IotlbInvalidation wide = new IotlbInvalidation(3, 2, true, true, 0, 63, false);
    assertEquals(Errno.EINVAL.rc(), driver().submit(wide));
    assertEquals(
        List.of(
            "DMAR: VT-d detected Invalidation Queue Error: Reason 4",
            "DMAR: QI HEAD: IOTLB Invalidation qw0 = 0x200f2, qw1 = 0x3f",
            "DMAR: QI PRIOR: Invalidation Wait qw0 = 0x200000025, qw1 = 0x"
                + Long.toHexString(bench.word(slot(3) + 8)),
            "DMAR: Invalidation Queue Error (IQE) cleared"),
        log());
    assertEquals(4, bench.unit.hardware().faults().errorRecord(), "IQEI 4");
    assertEquals(0, bench.unit.hardware().faults().status());
    assertEquals(5, bench.word(slot(4)) & 0xf, "a wait descriptor in its place");
    assertEquals(queue().tail(), queue().head());
    assertEquals(0, driver().submit(new ContextInvalidation(1, 0, 0, 0)), "and on it goes");
  }

  @Test
  void everyQueueErrorHasItsReason() {
    FaultRegisters faults = bench.unit.hardware().faults();
    long free = queue().head();
    setWord(slot(head()), 0xf);
    queue().setTail(free + 16);
    assertEquals(3, faults.errorRecord(), "no such type");
    assertEquals(FaultRegisters.IQE, faults.status());
    assertEquals(free, queue().head(), "the head stays at it");
    setWord(slot(head()), 0x11);
    queue().resume();
    assertEquals(free, queue().head(), "nothing is fetched before IQE is cleared");
    faults.clearStatus(FaultRegisters.IQE);
    queue().resume();
    assertEquals(free + 16, queue().head());
    queue().setTail(256 << 4);
    assertEquals(1, faults.errorRecord(), "tail outside the queue");
    faults.clearStatus(FaultRegisters.IQE);
    queue().setTail(free + 24);
    assertEquals(6, faults.errorRecord(), "tail not aligned");
    faults.clearStatus(FaultRegisters.IQE);
    queue().enable(0x10_0000, false);
    queue().setTail(16);
    assertEquals(2, faults.errorRecord(), "no memory answers");
  }

  @Test
  void aDeviceThatIsGoneTimesOut() {
    bench = new VtdBench(KernelProfile.LINUX_6_12, Map.of("device-tlb", "00:10.0=gone"));
    bench.map(GIB, PHYS, 4096, RW);
    bench.domain.unmap(GIB, 4096, 1);
    bench.domain.sync();
    String address = Long.toHexString(bench.word(slot(7) + 8));
    assertEquals(
        List.of(
            "DMAR: VT-d detected Invalidation Time-out Error: SID 80",
            "DMAR: QI HEAD: UNKNOWN qw0 = 0x0, qw1 = 0x0",
            "DMAR: QI PRIOR: Invalidation Wait qw0 = 0x200000025, qw1 = 0x" + address,
            "DMAR: Invalidation Time-out Error (ITE) cleared"),
        log());
    assertEquals(0x80L << 32, bench.unit.hardware().faults().errorRecord(), "ITESID");
    assertEquals(List.of(), bench.yard.events().of(HazardRaised.class));
    assertEquals(
        Errno.ETIMEDOUT.rc(),
        driver().submit(new DeviceTlbInvalidation(SOURCE, 0, 0, 0, false)));
  }

  @Test
  void aDeviceThatIsSilentKeepsTheDriverAtItForEver() {
    for (String device : List.of("00:10.0=silent", "00:10.0=gone")) {
      KernelProfile kernel =
          device.endsWith("gone")
              ? KernelProfile.named("6.1").orElseThrow()
              : KernelProfile.LINUX_7_3;
      bench = new VtdBench(kernel, Map.of("device-tlb", device));
      assertEquals(
          Errno.EAGAIN.rc(), driver().submit(new DeviceTlbInvalidation(SOURCE, 0, 0, 0, false)));
      assertEquals(1, bench.yard.events().of(HazardRaised.class).size(), device);
    }
  }

  @Test
  void aCompletionThatMakesNoSenseIsLogged() {
    bench = new VtdBench(KernelProfile.DEFAULT, Map.of("device-tlb", "00:10.0=garbled"));
    assertEquals(0, driver().submit(new DeviceTlbInvalidation(SOURCE, 0, 0, 0, false)));
    assertEquals("DMAR: VT-d detected Invalidation Completion Error: SID 80", log().getFirst());
    assertEquals("DMAR: Invalidation Completion Error (ICE) cleared", log().getLast());
    assertEquals(0x80L << 48, bench.unit.hardware().faults().errorRecord(), "ICESID");
    assertEquals(0, bench.unit.hardware().faults().status());
  }

  @Test
  void withoutMemoryForTheQueueTheRegistersServe() {
    IommuBench yard = new IommuBench();
    yard.allowTables(0);
    Vtd unit =
        (Vtd) new VtdKind().open(new IommuUnit("dmar0", "intel,vt-d", Map.of()), yard);
    yard.allowTables(Integer.MAX_VALUE);
    assertFalse(unit.flushes().queue().isOn());
    IommuDomain domain = unit.newDomain(DomainType.UNMANAGED);
    StreamId device = new StreamId("dmar0", List.of((long) SOURCE));
    assertEquals(0, unit.attach(device, domain));
    assertEquals(4096, domain.map(GIB, PHYS, 4096, 1, RW));
    assertEquals(new Translated(PHYS, false), unit.translate(device, GIB, true));
    domain.unmap(GIB, 4096, 1);
    assertEquals(new Translated(PHYS, true), unit.translate(device, GIB, true));
    domain.sync();
    assertEquals(DmarFault.WRITE.at(GIB, true), unit.translate(device, GIB, true));
    unit.close();
    assertEquals(Map.of(), yard.liveTables());
  }
}
