package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;

/** Kinds that a test puts in, and what their instances did. */
final class FakeKinds implements Kinds {
  private final Map<String, Object> kinds = new HashMap<>();

  /** What plug-in instances were told, oldest first. */
  final List<String> calls = new ArrayList<>();

  private final List<KindStatus> quarantined = new ArrayList<>();

  final List<FakeIommu> iommus = new ArrayList<>();

  FakeKinds() {
    put(AllocatorKind.class, "buddy", (AllocatorKind) (s, c) -> new FakeAllocator(s, calls));
    put(AllocatorKind.class, "cma", (AllocatorKind) (s, c) -> new FakeAllocator(s, calls));
    put(AllocatorKind.class, "coherent-pool", (AllocatorKind) (s, c) -> new FakeAllocator(s, calls));
    put(BouncePoolKind.class, "swiotlb", (BouncePoolKind) (s, c) -> new FakeBounce(s, calls));
    put(IovaAllocatorKind.class, "iova", (IovaAllocatorKind) (s, c) -> new FakeIova(s, calls));
    put(
        IommuKind.class,
        "fake,iommu",
        (IommuKind)
            (unit, context) -> {
              FakeIommu iommu = new FakeIommu(unit.id(), context, calls);
              iommus.add(iommu);
              return iommu;
            });
  }

  FakeKinds put(Class<?> type, String model, Object kind) {
    kinds.put(type.getSimpleName() + " " + model, kind);
    return this;
  }

  @Override
  public <K> Optional<K> choose(Class<K> type, String model, String flavour) {
    return Optional.ofNullable(type.cast(kinds.get(type.getSimpleName() + " " + model)));
  }

  @Override
  public List<String> models(Class<?> type) {
    String prefix = type.getSimpleName() + " ";
    return kinds.keySet().stream()
        .filter(k -> k.startsWith(prefix))
        .map(k -> k.substring(prefix.length()))
        .sorted()
        .toList();
  }

  @Override
  public synchronized List<KindStatus> status() {
    return List.copyOf(quarantined);
  }

  /** Out of use, as the registry would have it: its model is served by nobody then. */
  @Override
  public synchronized void quarantine(Object kind, String reason) {
    for (Map.Entry<String, Object> entry : Map.copyOf(kinds).entrySet()) {
      if (entry.getValue() == kind) {
        String[] name = entry.getKey().split(" ", 2);
        kinds.remove(entry.getKey());
        quarantined.add(
            new KindStatus(
                name[0], name[1], "the bench", 0, KindStatus.State.QUARANTINED, reason));
      }
    }
  }
}
