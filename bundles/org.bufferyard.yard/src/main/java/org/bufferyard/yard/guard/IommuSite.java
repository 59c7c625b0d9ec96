package org.bufferyard.yard.guard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.PageRequest;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.yard.memory.TableArea;

/** The context of an IOMMU: memory for its walker, and table pages from the yard's window. */
public final class IommuSite extends RevocableContext implements IommuContext {
  private final PhysMemory memory;
  private final TableArea tables;
  private final List<DeviceSpec> devices;
  private final VirtualClock clock;

  /** Address to bytes of what it has. */
  private final Map<Long, Long> taken = new HashMap<>();

  public IommuSite(
      KernelProfile kernel,
      EventSink events,
      Standing standing,
      PhysMemory memory,
      TableArea tables,
      List<DeviceSpec> devices,
      VirtualClock clock) {
    super(kernel, events, standing);
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
    long table = tables.allocate(sizeBytes);
    if (table != TableArea.NO_MEMORY) {
      taken.put(table, sizeBytes);
    }
    return table;
  }

  @Override
  public void freeTable(long phys, long sizeBytes) {
    check();
    tables.free(phys, sizeBytes);
    taken.remove(phys);
  }

  /** Frees the tables that the plug-in left behind. */
  void takeBackTables() {
    taken.forEach(tables::free);
    taken.clear();
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

  /** The domains of a yard are the DMA API's, which has no handler. */
  @Override
  public Optional<PageRequest.Response> reportDeviceFault(PageRequest request) {
    check();
    return Optional.empty();
  }

  /** of_device_make_bus_id() of a node's path; names that are no path stay as they are. */
  private static String deviceName(String path) {
    String node = path.substring(path.lastIndexOf('/') + 1);
    int at = path.startsWith("/") ? node.indexOf('@') : -1;
    return at < 0 ? node : node.substring(at + 1) + "." + node.substring(0, at);
  }
}
