package org.bufferyard.registry;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The six shelves as one service. Safe for any thread; holds no state of its own.
 *
 * <p>Immediate, because the shelves must outlive their last reader: a shelf that SCR dropped between
 * two commands would forget what was quarantined and why.
 */
@Component(
    service = {Kinds.class, KindRegistry.class},
    immediate = true)
public final class KindRegistry implements Kinds {
  private static final Comparator<KindStatus> BY_KIND_MODEL_AND_RANKING =
      Comparator.comparing(KindStatus::kind)
          .thenComparing(KindStatus::model)
          .thenComparing(Comparator.comparingInt(KindStatus::ranking).reversed())
          .thenComparing(KindStatus::provider);

  private final Map<Class<?>, Shelf<?>> shelves;
  private final Components components;
  private final Observers observers = new Observers();

  @Activate
  public KindRegistry(
      @Reference AllocatorShelf allocators,
      @Reference IovaAllocatorShelf iovaAllocators,
      @Reference BouncePoolShelf bouncePools,
      @Reference IommuShelf iommus,
      @Reference DmaBufOpsShelf ops,
      @Reference DeviceShelf devices,
      @Reference Components components) {
    Map<Class<?>, Shelf<?>> all = new LinkedHashMap<>();
    all.put(AllocatorKind.class, allocators.shelf());
    all.put(IovaAllocatorKind.class, iovaAllocators.shelf());
    all.put(BouncePoolKind.class, bouncePools.shelf());
    all.put(IommuKind.class, iommus.shelf());
    all.put(DmaBufOpsKind.class, ops.shelf());
    all.put(DeviceKind.class, devices.shelf());
    this.shelves = Map.copyOf(all);
    this.components = Objects.requireNonNull(components, "components");
    shelves.values().forEach(shelf -> shelf.attach(observers, components::failure));
  }

  Observers observers() {
    return observers;
  }

  @Override
  public <K> Optional<K> choose(Class<K> type, String model, String flavour) {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(flavour, "flavour");
    return shelf(type).choose(model, flavour).map(type::cast);
  }

  @Override
  public List<String> models(Class<?> type) {
    return shelf(type).models();
  }

  @Override
  public List<KindStatus> status() {
    return shelves.values().stream()
        .flatMap(shelf -> shelf.status().stream())
        .sorted(BY_KIND_MODEL_AND_RANKING)
        .toList();
  }

  @Override
  public List<KindStatus> absent() {
    return components.absent(shelves.keySet()).stream().sorted(BY_KIND_MODEL_AND_RANKING).toList();
  }

  @Override
  public void quarantine(Object kind, String reason) {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(reason, "reason");
    for (Shelf<?> shelf : shelves.values()) {
      if (shelf.quarantine(kind, reason)) {
        return;
      }
    }
  }

  @Override
  public int release(String provider) {
    Objects.requireNonNull(provider, "provider");
    return shelves.values().stream().mapToInt(shelf -> shelf.release(provider)).sum();
  }

  private Shelf<?> shelf(Class<?> type) {
    Shelf<?> shelf = shelves.get(type);
    if (shelf == null) {
      throw new IllegalArgumentException(type.getName() + " is none of the six plug-in kinds");
    }
    return shelf;
  }
}
