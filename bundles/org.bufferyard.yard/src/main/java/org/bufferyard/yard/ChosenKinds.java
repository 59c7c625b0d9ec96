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
import org.bufferyard.platform.registry.KindStatus.State;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * The plug-ins of one yard, chosen once before it starts. Choosing activates components, which the
 * engine thread must never do, so all of it happens on the thread that opens the yard.
 */
final class ChosenKinds {
  /** What to do about a plug-in that is out of use. */
  static final String MEND = "update or remove that plug-in";

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

  /**
   * Empty: nobody knows its driver.
   *
   * @throws BadInputException when somebody does and is out of use: an answer without its facts
   *     would be another board's
   */
  Optional<DeviceKind> device(DeviceSpec device) {
    Optional<DeviceKind> kind = Optional.ofNullable(devices.get(device.model()));
    if (kind.isEmpty()) {
      outOfUse(DeviceKind.class, device.model())
          .ifPresent(
              why -> {
                throw new BadInputException(
                    "its DeviceKind '" + device.model() + "' is out of use: " + why,
                    "device '" + device.id() + "'",
                    MEND);
              });
    }
    return kind;
  }

  /**
   * @throws BadInputException when nobody brings these ops
   */
  DmaBufOpsKind ops(String name) {
    DmaBufOpsKind kind = ops.get(name);
    if (kind == null) {
      throw missing(DmaBufOpsKind.class, name, "the export");
    }
    return kind;
  }

  /** Who would serve a model and must not: the plug-in and what is wrong with it. */
  Optional<String> outOfUse(Class<?> type, String model) {
    return kinds.status().stream()
        .filter(s -> s.kind().equals(type.getSimpleName()) && s.model().equals(model))
        .filter(s -> s.state() == State.QUARANTINED || s.state() == State.REFUSED)
        .findFirst()
        .map(s -> s.provider() + ": " + s.reason());
  }

  /** The description of a chosen plug-in, by which it is blamed when it breaks. */
  PlugIn plugIn(Class<?> type, Object service, String model, String element) {
    return new PlugIn(
        type.getSimpleName(),
        model,
        service.getClass().getName(),
        element,
        reason -> kinds.quarantine(service, reason));
  }

  private <K> void need(Class<K> type, Map<String, K> into, String model, String who) {
    if (!into.containsKey(model)) {
      into.put(model, chosen(type, model, who));
    }
  }

  private <K> K chosen(Class<K> type, String model, String who) {
    return kinds
        .choose(type, model, flavour)
        .orElseThrow(() -> missing(type, model, who));
  }

  private BadInputException missing(Class<?> type, String model, String who) {
    String needs =
        "needs the " + type.getSimpleName() + " '" + model + "' in flavour '" + flavour + "', ";
    return outOfUse(type, model)
        .map(why -> new BadInputException(needs + "which is out of use: " + why, who, MEND))
        .orElseGet(
            () ->
                new BadInputException(
                    needs + "which no plug-in brings", who, "there are: " + kinds.models(type)));
  }
}
