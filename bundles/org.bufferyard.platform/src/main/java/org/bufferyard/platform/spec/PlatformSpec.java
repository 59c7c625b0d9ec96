package org.bufferyard.platform.spec;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One board, compiled. Immutable; device identity, masks and parameters are only the values that a
 * fresh device starts with.
 *
 * @param name of the board
 * @param memory banks, ascending, disjoint
 * @param pools reserved regions, dynamic ones placed already
 * @param leftOut what its file holds and this does not, because no installed bundle explains it, and
 *     which bundle does; empty when nothing is left out
 */
public record PlatformSpec(
    String name,
    MachineSpec machine,
    List<MemorySpec> memory,
    List<PoolSpec> pools,
    List<IommuSpec> iommus,
    List<DeviceSpec> devices,
    Optional<String> leftOut) {

  /** A board that is all there. */
  public PlatformSpec(
      String name,
      MachineSpec machine,
      List<MemorySpec> memory,
      List<PoolSpec> pools,
      List<IommuSpec> iommus,
      List<DeviceSpec> devices) {
    this(name, machine, memory, pools, iommus, devices, Optional.empty());
  }

  public PlatformSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(machine, "machine");
    memory = List.copyOf(memory);
    pools = List.copyOf(pools);
    iommus = List.copyOf(iommus);
    devices = List.copyOf(devices);
    Objects.requireNonNull(leftOut, "leftOut");
  }

  public Optional<PoolSpec> pool(String id) {
    return pools.stream().filter(p -> p.id().equals(id)).findFirst();
  }

  public Optional<IommuSpec> iommu(String id) {
    return iommus.stream().filter(i -> i.id().equals(id)).findFirst();
  }

  public Optional<DeviceSpec> device(String id) {
    return devices.stream().filter(d -> d.id().equals(id)).findFirst();
  }

  /** The last byte of RAM; 0 without any. */
  public long lastRamByte() {
    return memory.stream().map(m -> m.range().last()).max(Long::compareUnsigned).orElse(0L);
  }

  /** The same board with the device of that id replaced. */
  public PlatformSpec with(DeviceSpec device) {
    return new PlatformSpec(
        name,
        machine,
        memory,
        pools,
        iommus,
        devices.stream().map(d -> d.id().equals(device.id()) ? device : d).toList(),
        leftOut);
  }

  /** The same board with the pool of that id replaced. */
  public PlatformSpec with(PoolSpec pool) {
    return new PlatformSpec(
        name,
        machine,
        memory,
        pools.stream().map(p -> p.id().equals(pool.id()) ? pool : p).toList(),
        iommus,
        devices,
        leftOut);
  }

  /** The same board with one more IOMMU. */
  public PlatformSpec plus(IommuSpec iommu) {
    List<IommuSpec> more = new java.util.ArrayList<>(iommus);
    more.add(iommu);
    return new PlatformSpec(name, machine, memory, pools, more, devices, leftOut);
  }

  /** The same board, of which something is missing. */
  public PlatformSpec leavingOut(Optional<String> what) {
    return new PlatformSpec(name, machine, memory, pools, iommus, devices, what);
  }

  /** The same board under another configuration. */
  public PlatformSpec with(MachineSpec other) {
    return new PlatformSpec(name, other, memory, pools, iommus, devices, leftOut);
  }
}
