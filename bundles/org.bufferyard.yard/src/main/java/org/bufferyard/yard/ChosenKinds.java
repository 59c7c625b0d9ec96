package org.bufferyard.yard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * The plug-ins of one yard, chosen once before it starts. Choosing activates components, which the
 * engine thread must never do, so all of it happens on the thread that opens the yard.
 */
final class ChosenKinds {
  static final String BUDDY = "buddy";
  static final String CMA = "cma";
  static final String SWIOTLB = "swiotlb";
  static final String IOVA = "iova";

  private final Map<String, AllocatorKind> allocators = new HashMap<>();
  private final Map<String, BouncePoolKind> bouncePools = new HashMap<>();
  private final Map<String, IommuKind> iommus = new HashMap<>();
  private final Map<String, DeviceKind> devices = new HashMap<>();
  private final Map<String, DmaBufOpsKind> ops = new TreeMap<>();
  private final Optional<IovaAllocatorKind> iova;
  private final Kinds kinds;
  private final String flavour;

  ChosenKinds(Kinds kinds, PlatformSpec spec, MemoryLayout layout, String flavour) {
    this.kinds = kinds;
    this.flavour = flavour;
    if (!layout.zones().isEmpty()) {
      need(AllocatorKind.class, allocators, BUDDY, "the page allocator");
    }
    ReservedMemory plan = ReservedMemory.of(spec);
    plan.pageAllocators()
        .forEach(
            p -> need(AllocatorKind.class, allocators, p.allocator(), "pool '" + p.id() + "'"));
    if (!plan.bouncePools().isEmpty()) {
      need(BouncePoolKind.class, bouncePools, SWIOTLB, "bouncing");
    }
    for (IommuSpec iommu : spec.iommus()) {
      if (iommu.enabled()) {
        kinds
            .choose(IommuKind.class, iommu.model(), flavour)
            .ifPresent(k -> iommus.put(iommu.model(), k));
      }
    }
    this.iova =
        iommus.isEmpty()
            ? Optional.empty()
            : Optional.of(chosen(IovaAllocatorKind.class, IOVA, "the DMA API behind an IOMMU"));
    for (DeviceSpec device : spec.devices()) {
      kinds
          .choose(DeviceKind.class, device.model(), flavour)
          .ifPresent(k -> devices.put(device.model(), k));
    }
    for (String name : kinds.models(DmaBufOpsKind.class)) {
      kinds.choose(DmaBufOpsKind.class, name, flavour).ifPresent(k -> ops.put(name, k));
    }
  }

  AllocatorKind allocator(String model) {
    return allocators.get(model);
  }

  BouncePoolKind bouncePool() {
    return bouncePools.get(SWIOTLB);
  }

  IovaAllocatorKind iova() {
    return iova.orElseThrow();
  }

  /** Empty: no bundle brings its table format. */
  Optional<IommuKind> iommu(String model) {
    return Optional.ofNullable(iommus.get(model));
  }

  Optional<DeviceKind> device(String model) {
    return Optional.ofNullable(devices.get(model));
  }

  Optional<DmaBufOpsKind> ops(String name) {
    return Optional.ofNullable(ops.get(name));
  }

  List<String> opsNames() {
    return List.copyOf(ops.keySet());
  }

  private <K> void need(Class<K> type, Map<String, K> into, String model, String who) {
    if (!into.containsKey(model)) {
      into.put(model, chosen(type, model, who));
    }
  }

  private <K> K chosen(Class<K> type, String model, String who) {
    return kinds
        .choose(type, model, flavour)
        .orElseThrow(
            () ->
                new BadInputException(
                    "needs the "
                        + type.getSimpleName()
                        + " '"
                        + model
                        + "' in flavour '"
                        + flavour
                        + "', which no plug-in brings",
                    who,
                    "there are: " + kinds.models(type)));
  }
}
