package org.bufferyard.conform.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.kernel.Rule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelLogTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dmaoracle-plat oracle-n1: DMA addr 0x0000123456789000+1 overflow (mask ffffffff, bus limit"
            + " 0).|OVERFLOW",
        "dmaoracle-plat oracle-x3: swiotlb addr 0x0000000141000000+512 overflow (mask ffffffff, bus"
            + " limit 0).|OVERFLOW",
        "dmaoracle-pci 0000:00:10.0: swiotlb buffer is full (sz: 300000 bytes), total 32768"
            + " (slots), used 0 (slots)|BOUNCE_FULL",
        "oracle-h0: reserved memory is beyond device's set DMA address range|BEYOND_MASK",
        "kernel BUG at kernel/dma/swiotlb.c:1174!|BUG",
        "Internal error: Oops - BUG: 00000000f2000800 [#1]  SMP|BUG",
        "Unable to handle kernel paging request at virtual address ffff000030000000|OOPS",
        "Internal error: Oops: 0000000096000006 [#1] SMP|OOPS",
        "arm-smmu-v3 9050000.smmuv3: event 0x10 received:|IOMMU_FAULT",
        "arm-smmu-v3 9050000.smmuv3: event: F_TRANSLATION client: 0000:00:10.0|IOMMU_FAULT",
        "DMAR: [DMA Write NO_PASID] Request device [00:10.0] fault addr 0x70000000|IOMMU_FAULT",
        "lr : swiotlb_bounce+0x1a0/0x1c0|",
        "WARNING: CPU: 0 PID: 446 at kernel/dma/direct.c:526|"
      })
  void linesHaveClasses(String line, MessageClass kind) {
    assertEquals(Optional.ofNullable(kind), KernelLog.classify(line));
  }

  @Test
  void eventsRaiseClasses() {
    assertEquals(
        Set.of(MessageClass.BOUNCE_FULL, MessageClass.OOPS, MessageClass.BUG),
        KernelLog.raised(
            List.of(
                new DmaEvent.KernelMessage("A", MessageClass.BOUNCE_FULL, "full"),
                new DmaEvent.Oopsed(Rule.of("E5", "swiotlb_bounce"), "A", "dead"),
                new DmaEvent.Released("buf:1"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "WARNING: kernel/dma/debug.c:628 at add_dma_entry+0x26c/0x330, CPU#0: runner/626|626",
        "WARNING: kernel/dma/debug.c:628 at add_dma_entry+0x26c/0x330, CPU#0: runner/99999999999|",
        "WARNING: CPU: 0 PID: 446 at kernel/dma/direct.c:526|",
        "DMA-API: Mapped at:|"
      })
  void aWarningNamesItsProcess(String line, Long process) {
    assertEquals(Optional.ofNullable(process), KernelLog.process(line));
  }
}
