package org.bufferyard.iommu.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** VT-d specification 11.4.7, "Fault Status Register", and 11.4.14, "Fault Recording Registers". */
class FaultRegistersTest {
  private static final int NONE = RequesterLookup.NO_PASID;

  private static FaultRecord fault(int source) {
    return new FaultRecord(6, 0x1000, false, source, NONE);
  }

  @Test
  void aRecordHasItsFieldsWhereTheManualHasThem() {
    FaultRecord read = new FaultRecord(6, 0x1234_5000L, false, 0x80, NONE);
    assertEquals(0x1234_5000L, read.low(), "FI");
    assertEquals(
        1L << 63 | 1L << 62 | 6L << 32 | 0x80, read.high(), "F, T1: a read, FR 39:32, SID 15:0");
    FaultRecord write = new FaultRecord(0x71, 0x5000, true, 0x1fff, 0x45);
    assertEquals(
        1L << 63 | 0x45L << 40 | 0x71L << 32 | 1L << 31 | 0x1fff,
        write.high(),
        "PV 59:40 and PP of a request with a PASID");
    assertEquals(read, FaultRecord.of(read.low(), read.high()));
    assertEquals(write, FaultRecord.of(write.low(), write.high()));
  }

  @Test
  void theFirstPendingRecordStandsInTheStatus() {
    FaultRegisters registers = new FaultRegisters(3);
    assertEquals(0, registers.status());
    assertTrue(registers.record(fault(1)), "an interrupt");
    assertEquals(FaultRegisters.PPF, registers.status());
    assertFalse(registers.record(fault(2)), "one is pending");
    registers.clearFault(0);
    registers.clearFault(1);
    assertEquals(0, registers.status());
    assertTrue(registers.record(fault(3)));
    assertEquals(FaultRegisters.PPF | 2 << 8, registers.status(), "FRI 2");
    assertEquals(3, FaultRecord.of(registers.low(2), registers.high(2)).source());
  }

  @Test
  void aRequesterWithAPendingFaultHasNoSecond() {
    FaultRegisters registers = new FaultRegisters(2);
    registers.record(fault(1));
    assertFalse(registers.record(fault(1)));
    assertEquals(0, registers.high(1));
    assertEquals(FaultRegisters.PPF, registers.status(), "and no overflow");
  }

  @Test
  void withoutAFreeRegisterFaultsOverflow() {
    FaultRegisters registers = new FaultRegisters(1);
    registers.record(fault(1));
    registers.record(fault(2));
    assertEquals(FaultRegisters.PFO | FaultRegisters.PPF, registers.status());
    registers.clearFault(0);
    assertFalse(registers.record(fault(3)), "nothing is recorded before PFO is cleared");
    registers.clearStatus(FaultRegisters.PFO);
    assertTrue(registers.record(fault(3)));
  }

  @Test
  void theHandlerTellsAllThatIsPendingAndClearsIt() {
    IommuBench yard = new IommuBench(KernelProfile.LINUX_6_12);
    FaultRegisters registers = new FaultRegisters(2);
    registers.record(fault(0x80));
    registers.record(new FaultRecord(5, 0x2000, true, 0x1fff, NONE));
    registers.record(fault(0x10));
    new FaultHandler("dmar0", yard).handle(registers);
    assertEquals(
        List.of(
            "DMAR: DRHD: handling fault status reg 3",
            "DMAR: [DMA Read NO_PASID] Request device [00:10.0] fault addr 0x1000"
                + " [fault reason 0x06] PTE Read access is not set",
            "DMAR: [DMA Write NO_PASID] Request device [1f:1f.7] fault addr 0x2000"
                + " [fault reason 0x05] PTE Write access is not set"),
        log(yard));
    assertEquals(0, registers.status());
  }

  @Test
  void threeFaultsAreToldAndTheFourthIsAnnounced() {
    IommuBench yard = new IommuBench();
    FaultRegisters registers = new FaultRegisters(1);
    FaultHandler handler = new FaultHandler("dmar0", yard);
    for (int i = 0; i < 6; i++) {
      registers.record(fault(0x80));
      handler.handle(registers);
    }
    List<String> log = log(yard);
    assertEquals(7, log.size(), log::toString);
    assertEquals("DMAR: DRHD: handling fault status reg 2", log.getLast());
    yard.advance(6_000_000_000L);
    registers.record(fault(0x80));
    handler.handle(registers);
    log = log(yard);
    assertEquals("dmar_fault: 8 callbacks suppressed", log.get(7));
    assertEquals(10, log.size(), "and told again");
  }

  private static List<String> log(IommuBench yard) {
    return yard.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList();
  }
}
