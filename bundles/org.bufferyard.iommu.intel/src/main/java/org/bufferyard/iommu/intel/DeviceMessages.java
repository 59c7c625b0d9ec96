package org.bufferyard.iommu.intel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent.Decided;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.intel.InterruptRemapping.Outcome.Refused;
import org.bufferyard.iommu.intel.InterruptRemapping.Outcome.Sent;

/**
 * What devices send to the interrupt range, and the account of it: the DMA API never hands these
 * addresses out (IOMMU_RESV_MSI), so whoever gets there should hear of it. Engine thread only.
 */
final class DeviceMessages {
  /** IOAPIC_RANGE_START to IOAPIC_RANGE_END. */
  private static final Rule RANGE = Rule.of("D3", "intel_iommu_get_resv_regions");

  private final String id;
  private final IommuContext context;
  private final RemappingUnit hardware;

  DeviceMessages(String id, IommuContext context, RemappingUnit hardware) {
    this.id = id;
    this.context = context;
    this.hardware = hardware;
  }

  Optional<Fault> send(int source, InterruptMessage message) {
    return switch (hardware.interrupt(source, message)) {
      case Refused refused -> {
        tell(source, message, "is stopped: " + refused.why().text());
        yield Optional.of(refused.why().at(message.address(), true));
      }
      case Sent sent -> {
        tell(source, message, words(sent));
        yield Optional.empty();
      }
    };
  }

  private static String words(Sent sent) {
    String how =
        sent.index() < 0
            ? "passes as it is"
            : "is remapped by entry " + sent.index() + (sent.posted() ? ", posted" : "");
    return "%s: vector 0x%x, destination 0x%x%s"
        .formatted(
            how,
            sent.vector(),
            sent.destination(),
            sent.stale() ? "; only the interrupt entry cache says so" : "");
  }

  private void tell(int source, InterruptMessage message, String what) {
    decide(
        source,
        message.address(),
        "the message 0x%x to 0x%x %s".formatted(message.data(), message.address(), what));
  }

  /** An access that is no message. */
  void tellAccess(Request request) {
    decide(
        request.source(),
        request.address(),
        "0x%x to 0x%x is the interrupt range: never translated, and memory to nobody; a write of"
                .formatted(InterruptMessage.RANGE.base(), InterruptMessage.RANGE.last())
            + " four bytes is a message there, all else is refused");
  }

  private void decide(int source, long address, String text) {
    if (context.events().on()) {
      Map<String, String> values = new LinkedHashMap<>();
      values.put("requester", FaultHandler.name(source));
      values.put("address", "0x" + Long.toHexString(address));
      context.events().emit(new Decided(RANGE, id, text, values));
    }
  }
}
