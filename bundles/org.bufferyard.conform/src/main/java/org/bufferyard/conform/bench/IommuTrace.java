package org.bufferyard.conform.bench;

import com.google.gson.JsonArray;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/** The model's events as the kernel's tracepoints iommu:map, iommu:unmap, swiotlb_bounced say them. */
public final class IommuTrace {
  private IommuTrace() {}

  public static JsonArray of(List<DmaEvent> events, PlatformSpec board) {
    JsonArray trace = new JsonArray();
    for (DmaEvent event : events) {
      if (event instanceof DmaEvent.IommuMapped m) {
        trace.add(line("map", Answer.hex(m.iova()), Answer.hex(m.phys()), m.size()));
      } else if (event instanceof DmaEvent.IommuUnmapped u) {
        trace.add(line("unmap", Answer.hex(u.iova()), u.size(), u.unmapped()));
      } else if (event instanceof DmaEvent.Bounced b) {
        Optional<DeviceSpec> device = board.device(b.element());
        // The tracepoint prints phys_to_dma(): what the bus offset makes of it, reachable or not.
        long address = device.map(d -> d.reach().rangeMap().toDma(b.phys())).orElse(b.phys());
        trace.add(
            line(
                "bounce",
                device.map(DeviceSpec::path).orElse(b.element()),
                Answer.hex(b.dmaMask()),
                Answer.hex(address),
                b.size(),
                b.forced() ? "FORCE" : "NORMAL"));
      }
    }
    return trace;
  }

  private static JsonArray line(Object... values) {
    JsonArray line = new JsonArray();
    for (Object value : values) {
      if (value instanceof Number number) {
        line.add(number);
      } else {
        line.add(value.toString());
      }
    }
    return line;
  }
}
