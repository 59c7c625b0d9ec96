package org.bufferyard.iommu.arm.unit;

import java.util.List;
import java.util.function.Supplier;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.kernel.RateLimit;

/**
 * What a driver prints about faults: as often as its rate limit allows, each report with all its
 * lines or none. Engine thread only.
 */
public final class FaultLog {
  private final String unit;
  private final String function;
  private final IommuContext context;
  private final RateLimit limit = new RateLimit();

  /**
   * @param unit id of the IOMMU
   * @param function the kernel's, which it names when it has left out messages
   */
  public FaultLog(String unit, String function, IommuContext context) {
    this.unit = unit;
    this.function = function;
    this.context = context;
  }

  /**
   * Prints one report.
   *
   * @param lines asked for only when they are printed
   */
  public void report(Supplier<List<String>> lines) {
    if (!context.events().on()) {
      return;
    }
    long now = context.nowNanos();
    limit
        .suppressed(now)
        .ifPresent(n -> emit(MessageClass.INFO, function + ": " + n + " callbacks suppressed"));
    if (limit.allows(now)) {
      lines.get().forEach(line -> emit(MessageClass.IOMMU_FAULT, line));
    }
  }

  private void emit(MessageClass kind, String text) {
    context.events().emit(new KernelMessage(unit, kind, text));
  }
}
