package org.bufferyard.conform;

import com.google.gson.JsonArray;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/** The model's events as the kernel's tracepoints iommu:map, iommu:unmap, swiotlb_bounced say them. */
final class IommuTrace {
  private IommuTrace() {}

  static JsonArray of(List<DmaEvent> events, PlatformSpec board) {
    JsonArray trace = new JsonArray();
    for (DmaEvent event : events) {
      if (event instanceof DmaEvent.IommuMapped m) {
        trace.add(line("map", Answer.hex(m.iova()), Answer.hex(m.phys()), m.size()));
      } else if (event instanceof DmaEvent.IommuUnmapped u) {
        trace.add(line("unmap", Answer.hex(u.iova()), u.size(), u.unmapped()));
      } else if (event instanceof DmaEvent.Bounced b) {
        String device = board.device(b.element()).map(DeviceSpec::path).orElse(b.element());
        trace.add(
            line(
                "bounce",
                device,
                Answer.hex(b.dmaMask()),
                Answer.hex(b.phys()),
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
