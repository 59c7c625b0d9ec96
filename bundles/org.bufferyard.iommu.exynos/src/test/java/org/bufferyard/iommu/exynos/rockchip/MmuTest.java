package org.bufferyard.iommu.exynos.rockchip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.iommu.exynos.CachedWalk.Outcome;
import org.bufferyard.iommu.exynos.TableMemory;
import org.bufferyard.iommu.exynos.rockchip.Mmu.Command;
import org.junit.jupiter.api.Test;

/** Registers as the driver reads and writes them. */
class MmuTest {
  private final Mmu mmu = mmu(TableEntry.V1);

  private static Mmu mmu(TableEntry format) {
    return new Mmu(new TableMemory(new IommuBench(), format.addressBits()), format);
  }

  @Test
  void commandsHaveTheNumbersOfTheRegister() {
    assertEquals(2, Command.ENABLE_STALL.ordinal());
    assertEquals(4, Command.ZAP_CACHE.ordinal());
    assertEquals(6, Command.FORCE_RESET.ordinal());
  }

  @Test
  void stallNeedsPaging() {
    mmu.command(Command.ENABLE_STALL);
    assertEquals(0, mmu.status());
    mmu.command(Command.ENABLE_PAGING);
    mmu.command(Command.ENABLE_STALL);
    assertEquals(0x5, mmu.status());
    mmu.command(Command.DISABLE_STALL);
    assertEquals(0x1, mmu.status());
  }

  @Test
  void nothingIsAccessedWhileStalled() {
    mmu.command(Command.ENABLE_PAGING);
    mmu.command(Command.ENABLE_STALL);
    assertThrows(AssertionError.class, () -> mmu.access(0x1000, false, false));
  }

  @Test
  void theDteRegisterKeepsFiveDigitsInVersion1AndSevenInVersion2() {
    mmu.setDteAddress(0xcafe_babe);
    assertEquals(0xcafe_b000, mmu.dteAddress());
    Mmu second = mmu(TableEntry.V2);
    second.setDteAddress(0xcafe_babe);
    assertEquals(0xcafe_bab0, second.dteAddress());
  }

  @Test
  void aPageFaultTellsItsAddressAndDirectionUntilItIsDone() {
    mmu.setDteAddress((int) IommuBench.RAM.base());
    mmu.setMask(Mmu.PAGE_FAULT | Mmu.BUS_ERROR);
    mmu.command(Command.ENABLE_PAGING);
    assertEquals(Outcome.NOTHING, mmu.access(0x8000_1234, true, false));
    assertEquals(0x1, mmu.interrupts());
    assertEquals(0x8000_1234, mmu.faultAddress());
    assertEquals(0x23, mmu.status(), "paging, fault active, write in bit 5");
    mmu.command(Command.PAGE_FAULT_DONE);
    assertEquals(0x21, mmu.status());
    mmu.clear(mmu.interrupts());
    assertEquals(0, mmu.interrupts());
    assertEquals(Outcome.NOTHING, mmu.access(0x2000, false, false));
    assertEquals(0x3, mmu.status(), "a read");
  }

  @Test
  void aBusErrorDoesNotStopTheHardware() {
    mmu.setDteAddress(0x1000);
    mmu.setMask(Mmu.BUS_ERROR);
    mmu.command(Command.ENABLE_PAGING);
    assertEquals(Outcome.BROKEN, mmu.access(0x2000, false, false));
    assertEquals(0x2, mmu.interrupts());
    assertEquals(0x1, mmu.status());
  }

  @Test
  void aResetClearsEveryRegister() {
    mmu.setDteAddress(0x4000_0001);
    mmu.setMask(3);
    mmu.command(Command.ENABLE_PAGING);
    mmu.pageFault(0x5000, true);
    mmu.command(Command.FORCE_RESET);
    assertEquals(0, mmu.dteAddress());
    assertEquals(0, mmu.status());
    assertEquals(0, mmu.faultAddress());
    mmu.setMask(3);
    assertEquals(0, mmu.interrupts());
  }
}
