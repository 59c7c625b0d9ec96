package org.bufferyard.iommu.intel;

import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.kernel.RateLimit;
import org.bufferyard.api.kernel.Rule;

/**
 * The driver's interrupt handler ({@code drivers/iommu/intel/dmar.c: dmar_fault()}): it says that
 * there are faults and which, and clears them. One rate limit holds for both lines and, since the
 * loop asks once more before it finds no further fault, three of its ten tokens go with every fault.
 * Engine thread only.
 *
 * <p>Not modelled: dumping the tables (CONFIG_DMAR_DEBUG); the limit that all units share.
 */
final class FaultHandler {
  /** The PCI segment in the fault line; came between the recorded 6.12 and 7.3. */
  private static final Rule SEGMENT_PRINTED = Rule.of("D14", "dmar_fault_do_one").since(7, 0);

  private final String unit;
  private final IommuContext context;
  private final RateLimit limit = new RateLimit();

  FaultHandler(String unit, IommuContext context) {
    this.unit = unit;
    this.context = context;
  }

  void handle(FaultRegisters registers) {
    int status = registers.status();
    if (status != 0 && mayPrint()) {
      print("DMAR: DRHD: handling fault status reg " + Integer.toHexString(status));
    }
    if ((status & FaultRegisters.PPF) == 0) {
      return;
    }
    int register = status >>> 8 & 0xff;
    while (true) {
      boolean prints = mayPrint();
      long high = registers.high(register);
      if (!FaultRecord.isFault(high)) {
        break;
      }
      FaultRecord fault = FaultRecord.of(registers.low(register), high);
      registers.clearFault(register);
      if (prints) {
        print(line(fault));
      }
      register = register + 1 == registers.registers() ? 0 : register + 1;
    }
    registers.clearStatus(FaultRegisters.PFO);
  }

  private boolean mayPrint() {
    long now = context.nowNanos();
    limit
        .suppressed(now)
        .ifPresent(
            n ->
                emit(MessageClass.INFO, "dmar_fault: " + n + " callbacks suppressed"));
    return limit.allows(now);
  }

  private void print(String line) {
    emit(MessageClass.IOMMU_FAULT, line);
  }

  private void emit(MessageClass kind, String text) {
    if (context.events().on()) {
      context.events().emit(new KernelMessage(unit, kind, text));
    }
  }

  /** dmar_fault_do_one(). */
  private String line(FaultRecord fault) {
    int source = fault.source();
    String segment = SEGMENT_PRINTED.holdsIn(context.kernel()) ? "0000:" : "";
    if (DmarFault.isInterrupt(fault.reason())) {
      return "DMAR: [INTR-REMAP] Request device [%s%s] fault index 0x%x [fault reason 0x%02x] %s"
          .formatted(
              segment,
              name(source),
              fault.page() >>> 48,
              fault.reason(),
              DmarFault.text(fault.reason()));
    }
    boolean plain = fault.pasid() == RequesterLookup.NO_PASID;
    return "DMAR: [DMA %s %s] Request device [%s%s] fault addr 0x%x [fault reason 0x%02x] %s"
        .formatted(
            fault.write() ? "Write" : "Read",
            plain ? "NO_PASID" : "PASID 0x" + Integer.toHexString(fault.pasid()),
            segment,
            name(source),
            fault.page(),
            fault.reason(),
            DmarFault.text(fault.reason()));
  }

  /** Bus, device and function of a requester, as {@code 00:10.0}. */
  static String name(int source) {
    return "%02x:%02x.%d".formatted(source >>> 8, source >>> 3 & 31, source & 7);
  }
}
