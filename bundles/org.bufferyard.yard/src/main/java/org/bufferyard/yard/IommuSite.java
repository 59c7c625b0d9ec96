package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.DeviceSpec;

/** The context of an IOMMU: memory for its walker, and table pages from the yard's window. */
final class IommuSite extends RevocableContext implements IommuContext {
  private final PhysMemory memory;
  private final TableArea tables;
  private final List<DeviceSpec> devices;
  private final VirtualClock clock;

  IommuSite(
      KernelProfile kernel,
      EventSink events,
      PhysMemory memory,
      TableArea tables,
      List<DeviceSpec> devices,
      VirtualClock clock) {
    super(kernel, events);
    this.clock = clock;
    this.devices = devices;
    this.memory = memory;
    this.tables = tables;
  }

  @Override
  public PhysMemory memory() {
    check();
    return memory;
  }

  @Override
  public long allocTable(long sizeBytes) {
    check();
    return tables.allocate(sizeBytes);
  }

  @Override
  public void freeTable(long phys, long sizeBytes) {
    check();
    tables.free(phys, sizeBytes);
  }

  @Override
  public long nowNanos() {
    check();
    return clock.nowNanos();
  }

  @Override
  public String clientName(StreamId stream) {
    check();
    return devices.stream()
        .filter(d -> d.streams().contains(stream))
        .map(d -> deviceName(d.path()))
        .findFirst()
        .orElseGet(() -> IommuContext.super.clientName(stream));
  }

  /** of_device_make_bus_id() of a node's path; names that are no path stay as they are. */
  private static String deviceName(String path) {
    String node = path.substring(path.lastIndexOf('/') + 1);
    int at = path.startsWith("/") ? node.indexOf('@') : -1;
    return at < 0 ? node : node.substring(at + 1) + "." + node.substring(0, at);
  }
}
