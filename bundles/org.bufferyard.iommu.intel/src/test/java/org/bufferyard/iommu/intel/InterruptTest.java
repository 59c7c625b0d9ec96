package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.SOURCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent.Decided;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.iommu.intel.InterruptRemapping.Outcome;
import org.bufferyard.iommu.intel.InterruptRemapping.Outcome.Sent;
import org.bufferyard.iommu.intel.InvalidationDescriptor.InterruptInvalidation;
import org.junit.jupiter.api.Test;

/** VT-d specification chapter 5, "Interrupt Remapping", and 9.9 to 9.11. */
class InterruptTest {
  private static final long COMPATIBLE = 0xfee0_1000L;

  /** 00:10.0 with two vectors: entries 0 and 1; 00:11.0 with four: entries 4 to 7. */
  private final VtdBench bench =
      new VtdBench(KernelProfile.DEFAULT, Map.of("msi", "00:10.0=2 00:11.0=4"));

  private final InterruptRemapping hardware = bench.unit.hardware().interrupts();

  private long entry(int index) {
    return bench.unit.interrupts().address() + index * 16L;
  }

  private Outcome send(int source, int handle, int subhandle) {
    return bench.unit.hardware().interrupt(source, InterruptMessage.remappable(handle, subhandle));
  }

  private long refusal(int source, int handle, int subhandle) {
    return send(source, handle, subhandle) instanceof Outcome.Refused refused
        ? refused.why().reason()
        : 0;
  }

  private Optional<Fault> message(long address, int data) {
    return bench.unit.message(bench.device, address, data);
  }

  private void forget() {
    bench.unit.flushes().queue().submit(new InterruptInvalidation(false, 0, 0));
  }

  @Test
  void anEntryHasItsFieldsWhereTheManualHasThem() {
    assertEquals(
        1 | 1 << 2 | 1 << 3 | 0x21 << 16 | 1L << 40,
        bench.word(entry(0)),
        "P, DM logical, RH, TM edge, DLM fixed, V, DST 47:40");
    assertEquals(0x80 | 1 << 18, bench.word(entry(0) + 8), "SID, SQ 0, SVT 1");
    assertEquals(0x22, bench.word(entry(1)) >>> 16 & 0xff);
    assertEquals(0, bench.word(entry(2)), "four entries begin at a multiple of four");
    assertEquals(0x88 | 1 << 18, bench.word(entry(7) + 8));
    assertEquals(4, bench.unit.interrupts().handle(0x88));
    assertEquals(-1, bench.unit.interrupts().handle(0x90));
  }

  @Test
  void aMessageHasItsFieldsWhereTheManualHasThem() {
    InterruptMessage message = InterruptMessage.remappable(0x8001, 3);
    assertEquals(
        0xfee0_0000L | 1 << 5 | 1 << 4 | 1 << 3 | 1 << 2,
        message.address(),
        "handle 14:0 in 19:5, format 4, SHV 3, handle 15 in 2");
    assertEquals(0x8004, message.index());
    assertEquals(7, new InterruptMessage(0xfee0_00f0L, 0xffff).index(), "no SHV: data is ignored");
    assertFalse(new InterruptMessage(0xfee0_00f0L, -1).isReserved());
    assertTrue(new InterruptMessage(0xfee0_00f8L, 1 << 16).isReserved());
    InterruptMessage old = new InterruptMessage(0xfee0_5000L, 0x31);
    assertFalse(old.isRemappable());
    assertEquals(0x31, old.vector());
    assertEquals(5, old.destination());
  }

  @Test
  void aMessageIsRemappedByTheEntryThatItNames() {
    assertEquals(new Sent(1, 0x22, 1, false, false), send(SOURCE, 0, 1));
    assertEquals(Optional.empty(), message(0xfee0_0018L, 1));
    assertEquals(
        List.of(
            "the message 0x1 to 0xfee00018 is remapped by entry 1: vector 0x22, destination 0x1"),
        bench.yard.events().of(Decided.class).stream().map(Decided::text).toList());
  }

  @Test
  void everyReasonHasItsCode() {
    assertEquals(0x20, reason(new InterruptMessage(0xfee0_0018L, 1 << 16)), "reserved data");
    assertEquals(0x21, refusal(SOURCE, 0xffff, 1), "index 65536 of 65536 entries");
    assertEquals(0x22, refusal(SOURCE, 2, 0), "P");
    bench.setWord(entry(0), bench.word(entry(0)) | 1 << 12);
    forget();
    assertEquals(0x24, refusal(SOURCE, 0, 0), "low 14:12");
    bench.setWord(entry(1) + 8, 0x80 | 3 << 18);
    forget();
    assertEquals(0x24, refusal(SOURCE, 1, 0), "SVT 3");
    assertEquals(0x25, reason(new InterruptMessage(COMPATIBLE, 0x31)), "compatibility format");
    assertEquals(0x26, refusal(SOURCE, 4, 0), "another device's");
    hardware.enable(0x10_0000_0000L | 15, false);
    assertEquals(0x23, refusal(SOURCE, 0, 0), "no memory answers");
  }

  private long reason(InterruptMessage message) {
    return bench.unit.hardware().interrupt(SOURCE, message) instanceof Outcome.Refused refused
        ? refused.why().reason()
        : 0;
  }

  @Test
  void aFaultIsPrintedWithItsIndex() {
    assertEquals(
        Optional.of(
            new Fault(0x22, "Present field in the IRTE entry is clear", 0xfee0_0058L, true)),
        message(0xfee0_0058L, 0));
    assertEquals(
        List.of(
            "DMAR: DRHD: handling fault status reg 2",
            "DMAR: [INTR-REMAP] Request device [0000:00:10.0] fault index 0x2 [fault reason 0x22]"
                + " Present field in the IRTE entry is clear"),
        bench.log());
    bench.setWord(entry(2), 1 << 1);
    assertTrue(message(0xfee0_0058L, 0).isPresent());
    assertEquals(2, bench.log().size(), "FPD");
  }

  @Test
  void whoMayUseAnEntrySaysItsSource() {
    assertTrue(InterruptEntry.admits(0x80 | 1 << 18, 0x80));
    assertFalse(InterruptEntry.admits(0x80 | 1 << 18, 0x84), "SQ 0: all bits");
    assertTrue(InterruptEntry.admits(0x80 | 1 << 16 | 1 << 18, 0x84), "SQ 1: not bit 2");
    assertFalse(InterruptEntry.admits(0x80 | 1 << 16 | 1 << 18, 0x82));
    assertTrue(InterruptEntry.admits(0x80 | 2 << 16 | 1 << 18, 0x86), "SQ 2: not bits 2:1");
    assertTrue(InterruptEntry.admits(0x80 | 3 << 16 | 1 << 18, 0x87), "SQ 3: no function bit");
    assertFalse(InterruptEntry.admits(0x80 | 3 << 16 | 1 << 18, 0x88));
    assertTrue(InterruptEntry.admits(0x80, 0xffff), "SVT 0: anybody");
    long buses = 0x0204 | 2 << 18;
    assertFalse(InterruptEntry.admits(buses, 0x1ff));
    assertTrue(InterruptEntry.admits(buses, 0x200), "SVT 2: buses 2 to 4");
    assertTrue(InterruptEntry.admits(buses, 0x4ff));
    assertFalse(InterruptEntry.admits(buses, 0x500));
  }

  @Test
  void anEntryStaysInTheCacheUntilItIsInvalidated() {
    send(SOURCE, 0, 0);
    bench.setWord(entry(0), bench.word(entry(0)) & ~0xff_0000L | 0x77 << 16);
    assertEquals(new Sent(0, 0x21, 1, false, true), send(SOURCE, 0, 0), "stale");
    bench.unit.flushes().queue().submit(new InterruptInvalidation(true, 0, 1));
    assertEquals(0x21, ((Sent) send(SOURCE, 0, 0)).vector(), "another entry's");
    bench.unit.flushes().queue().submit(new InterruptInvalidation(true, 1, 1));
    assertEquals(new Sent(0, 0x77, 1, false, false), send(SOURCE, 0, 0), "IM 1: entries 0 and 1");
    bench.setWord(entry(0), 0);
    forget();
    assertEquals(0x22, refusal(SOURCE, 0, 0), "global");
    bench.setWord(entry(0), InterruptEntry.low(0x30, 1));
    assertEquals(0x30, ((Sent) send(SOURCE, 0, 0)).vector(), "what is absent is not kept");
  }

  @Test
  void compatibilityFormatPassesWhereItIsAllowedOrNothingIsRemapped() {
    InterruptMessage old = new InterruptMessage(COMPATIBLE, 0x31);
    hardware.enable(bench.unit.interrupts().address() | 15, true);
    assertEquals(new Sent(-1, 0x31, 1, false, false), hardware.take(SOURCE, old), "CFI");
    hardware.enable(
        bench.unit.interrupts().address() | InterruptRemapping.EXTENDED | 15, true);
    assertEquals(
        new Outcome.Refused(DmarFault.INTERRUPT_COMPATIBILITY, 0, true),
        hardware.take(SOURCE, old),
        "never with EIME");
    VtdBench off = new VtdBench();
    assertEquals(Optional.empty(), off.unit.message(off.device, COMPATIBLE, 0x31));
    assertEquals(new PhysRange(0xfee0_0000L, 1 << 20), off.unit.messages());
  }

  @Test
  void aPostedInterruptGoesToItsDescriptor() {
    VtdBench posting =
        new VtdBench(
            KernelProfile.DEFAULT,
            Map.of("cap", Long.toHexString(0xd2008c222f0406L | 1L << 59), "msi", "00:10.0"));
    long descriptor = posting.yard.allocTable(4096);
    posting.setWord(descriptor + 32, 0xf2L << 16 | 5L << 32);
    long entry = posting.unit.interrupts().address();
    posting.setWord(entry + 8, descriptor & 0xffff_ffff_0000_0000L | 1 << 18 | SOURCE);
    posting.setWord(entry, descriptor << 32 | 0x45 << 16 | 1 << 15 | 1);
    RemappingUnit unit = posting.unit.hardware();
    InterruptMessage message = InterruptMessage.remappable(0, 0);
    assertEquals(new Sent(0, 0xf2, 5, true, false), unit.interrupt(SOURCE, message), "NV, NDST");
    assertEquals(1L << 5, posting.word(descriptor + 8), "PIR bit 0x45");
    assertEquals(1, posting.word(descriptor + 32) & 3, "ON");
    assertEquals(
        new Sent(0, 0, 0, true, false), unit.interrupt(SOURCE, message), "one is outstanding");
    assertTrue(InterruptEntry.isReserved(1 << 15 | 1, 0, false, false), "without CAP.PI");
    assertFalse(InterruptEntry.isReserved(1 << 15 | 1 << 14 | 1, 0, true, false), "URG");
    assertTrue(InterruptEntry.isReserved(1 << 15 | 1 << 2 | 1, 0, true, false));
  }

  @Test
  void destinationsHaveAllBitsInExtendedMode() {
    long low = 1 | 0x1_2345L << 32;
    assertTrue(InterruptEntry.isReserved(low, 0, false, false), "xAPIC: 47:40 alone");
    assertFalse(InterruptEntry.isReserved(low, 0, false, true));
    assertEquals(0x1_2345, InterruptEntry.destination(low, true));
    assertEquals(0x23, InterruptEntry.destination(low, false));
  }

  @Test
  void theTableGoesWithTheUnit() {
    assertEquals(1L << 20, bench.yard.liveTables().get(bench.unit.interrupts().address()));
    bench.unit.close();
    assertEquals(Map.of(), bench.yard.liveTables());
  }

  @Test
  void anAccessOfAnotherSizeIsToldOf() {
    bench.access(0xfee0_1000L, true);
    assertEquals(
        "0xfee00000 to 0xfeefffff is the interrupt range: never translated, and memory to nobody; a"
            + " write of four bytes is a message there, all else is refused",
        bench.yard.events().of(Decided.class).getLast().text());
  }

  @Test
  void badParametersAreRefusedInOneLine() {
    assertRefused("msi '00:10.0=3'", Map.of("msi", "00:10.0=3"));
    assertRefused("msi 'all'", Map.of("msi", "all"));
    assertRefused("msi '00:10.0'", Map.of("msi", "00:10.0", "interrupt-remapping", "off"));
    assertRefused(
        "interrupt-remapping 'on'", Map.of("interrupt-remapping", "on", "ecap", "f00f42"));
  }

  private static void assertRefused(String what, Map<String, String> parameters) {
    String text =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new VtdKind()
                        .open(new IommuUnit("dmar0", "intel,vt-d", parameters), new IommuBench()))
            .getMessage();
    assertTrue(text.startsWith("VT-d dmar0: " + what), text);
  }
}
