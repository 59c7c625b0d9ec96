package org.bufferyard.importer.recorded;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PoolSpec;

/**
 * The devices of a boot. Masks and dma_parms of an environment are those of the moment it was
 * written; a fresh device starts with its bus's, which are computed here (A5).
 */
final class RecordedDevices {
  private static final long MASK_32 = 0xffff_ffffL;

  /** {@code enum iommu_resv_type}: DIRECT is 0, and relaxable ones are mapped 1:1 as well. */
  private static final long RESV_DIRECT_RELAXABLE = 1;

  private static final long RESV_SW_MSI = 4;

  private final RecordingMachine machine;
  private final Optional<IommuSpec> iommu;
  private final Set<String> pools = new HashSet<>();

  RecordedDevices(RecordingMachine machine, Optional<IommuSpec> iommu, List<PoolSpec> pools) {
    this.machine = machine;
    this.iommu = iommu;
    pools.forEach(p -> this.pools.add(p.id()));
  }

  List<DeviceSpec> devices(Field environment) {
    return environment.member("devices").elements().stream().map(this::device).toList();
  }

  private DeviceSpec device(Field device) {
    String name = device.member("name").text();
    String path = device.member("dev").text();
    boolean pci = device.optional("bar0").isPresent();
    return new DeviceSpec(
        name,
        name,
        path,
        pci ? "pci1234,11e8" : "oracle,dma-dev",
        "",
        reach(device),
        // pci_device_add() sets 65536 and a 32-bit boundary; a platform device has none.
        new DeviceSpec.Limits(OptionalLong.of(65536), pci ? MASK_32 : -1L, 0),
        pci,
        streams(device, name, path, pci),
        machine.poolsOf(name).stream().filter(pools::contains).toList(),
        group(device),
        device.optional("bar0").stream()
            .map(b -> new PhysRange(b.at(0).number(), b.at(1).number()))
            .toList(),
        reservedIova(device),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        resv(device, true),
        Optional.empty());
  }

  private static DeviceSpec.Reach reach(Field device) {
    List<DmaRange> ranges = new ArrayList<>();
    for (Field r : device.optional("dma_ranges").map(Field::elements).orElse(List.of())) {
      ranges.add(new DmaRange(r.at(0).number(), r.at(1).number(), r.at(2).number()));
    }
    long limit = ranges.stream().mapToLong(r -> r.dma() + r.size() - 1).max().orElse(0);
    long mask = limit == 0 ? MASK_32 : MASK_32 & (Long.highestOneBit(limit) << 1) - 1;
    return new DeviceSpec.Reach(
        OptionalLong.of(mask),
        mask,
        limit,
        new DmaRangeMap(ranges),
        device.member("coherent_hw").flag(),
        true);
  }

  private List<StreamId> streams(Field device, String name, String path, boolean pci) {
    if (iommu.isEmpty() || device.member("group").number() < 0) {
      return List.of();
    }
    OptionalLong stream = pci ? OptionalLong.of(requesterId(device, path)) : machine.streamOf(name);
    return List.of(
        new StreamId(
            iommu.get().id(),
            stream.isPresent() ? List.of(stream.getAsLong()) : List.<Long>of()));
  }

  /** Domain, bus, device and function, {@code 0000:00:13.1}, as the 16-bit id on the bus. */
  private static long requesterId(Field device, String path) {
    String[] parts = path.split("[:.]", -1);
    if (parts.length != 4) {
      throw device.member("dev").wrong("is no PCI address: " + path);
    }
    return Long.parseLong(parts[1], 16) << 8
        | Long.parseLong(parts[2], 16) << 3
        | Long.parseLong(parts[3], 16);
  }

  private static Optional<String> group(Field device) {
    long group = device.member("group").number();
    return group < 0 ? Optional.empty() : Optional.of("group" + group);
  }

  /** D3: the host bridge's windows, then the regions of the IOMMU driver. */
  private static List<PhysRange> reservedIova(Field device) {
    if (device.member("group").number() < 0) {
      return List.of();
    }
    List<PhysRange> reserved = new ArrayList<>();
    for (Field w : device.optional("bridge_windows").map(Field::elements).orElse(List.of())) {
      long start = w.at(0).number() - w.at(2).number();
      long end = w.at(1).number() - w.at(2).number();
      reserved.add(new PhysRange(start, end - start + 1));
    }
    reserved.addAll(resv(device, false));
    return reserved;
  }

  private static List<PhysRange> resv(Field device, boolean identityOnly) {
    List<PhysRange> regions = new ArrayList<>();
    for (Field r : device.optional("resv").map(Field::elements).orElse(List.of())) {
      long type = r.at(2).number();
      if (identityOnly ? type <= RESV_DIRECT_RELAXABLE : type != RESV_SW_MSI) {
        regions.add(new PhysRange(r.at(0).number(), r.at(1).number()));
      }
    }
    return regions;
  }
}
