package org.bufferyard.platform.yard;

import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.memory.PhysMemory;
import org.osgi.annotation.versioning.ProviderType;

/** What a task on the engine thread works with. Not to be kept beyond the task. */
@ProviderType
public interface YardState {
  /**
   * The device of that id.
   *
   * @throws org.bufferyard.platform.input.BadInputException when there is none
   */
  YardDevice device(String id);

  /**
   * Removes a device and creates it anew: default masks and parameters, a new group and domain,
   * empty IOVA space; what it left behind is undone from the ledger.
   */
  YardDevice recreate(String id);

  Dma dma();

  DmaBufs dmaBufs();

  PhysMemory memory();

  /** The device's own way to memory. */
  DeviceBus bus(DmaDevice device);

  /** What the device's driver does; unknown drivers say so. */
  DriverFacts facts(DmaDevice device);

  /** The device's hardware, from its kind or a plain one that moves patterned frames. */
  Device hardware(DmaDevice device);

  EventLog events();

  MappingLedger ledger();

  /** Recorded placements to follow. */
  Placements placements();

  /** Virtual time, ns. */
  long nowNanos();
}
