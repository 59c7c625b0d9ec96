package org.bufferyard.platform.wiring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.wiring.PlainWiring.Service;

/** The kinds on the class path: the highest ranking that answers to a model string. */
final class PlainKinds implements Kinds {
  private static final List<Class<?>> KINDS =
      List.of(
          AllocatorKind.class,
          IovaAllocatorKind.class,
          BouncePoolKind.class,
          IommuKind.class,
          DmaBufOpsKind.class,
          DeviceKind.class);

  private final PlainWiring wiring;

  /** Quarantined kinds and why. */
  private final Map<Object, String> quarantined = new IdentityHashMap<>();

  PlainKinds(PlainWiring wiring) {
    this.wiring = wiring;
  }

  @Override
  public synchronized <K> Optional<K> choose(Class<K> type, String model, String flavour) {
    return wiring.services(type.getName()).stream()
        .filter(s -> strings(s, Models.KEY).contains(model))
        .filter(s -> serves(s, flavour))
        .filter(s -> !quarantined.containsKey(s.object()))
        .findFirst()
        .map(s -> type.cast(s.object()));
  }

  @Override
  public synchronized List<String> models(Class<?> type) {
    TreeSet<String> models = new TreeSet<>();
    wiring.services(type.getName()).forEach(s -> models.addAll(strings(s, Models.KEY)));
    return List.copyOf(models);
  }

  @Override
  public synchronized List<KindStatus> status() {
    List<KindStatus> lines = new ArrayList<>();
    for (Class<?> type : KINDS) {
      for (Service service : wiring.services(type.getName())) {
        for (String model : strings(service, Models.KEY)) {
          lines.add(status(type, model, service));
        }
      }
    }
    lines.sort(
        Comparator.comparing(KindStatus::kind)
            .thenComparing(KindStatus::model)
            .thenComparing(Comparator.comparing(KindStatus::ranking).reversed()));
    return lines;
  }

  private KindStatus status(Class<?> type, String model, Service service) {
    String reason = quarantined.getOrDefault(service.object(), "");
    String flavour =
        strings(service, Flavour.KEY).stream().findFirst().orElse(Flavour.FIDELITY);
    boolean used = choose(type, model, flavour).filter(k -> k == service.object()).isPresent();
    KindStatus.State state = used ? KindStatus.State.USED : KindStatus.State.SHADOWED;
    return new KindStatus(
        type.getSimpleName(),
        model,
        service.provider(),
        service.ranking(),
        reason.isEmpty() ? state : KindStatus.State.QUARANTINED,
        reason);
  }

  @Override
  public synchronized void quarantine(Object kind, String reason) {
    quarantined.put(Objects.requireNonNull(kind, "kind"), Objects.requireNonNull(reason, "reason"));
  }

  private static boolean serves(Service service, String flavour) {
    List<String> flavours = strings(service, Flavour.KEY);
    return flavours.isEmpty() || flavours.contains(flavour);
  }

  private static List<String> strings(Service service, String key) {
    return switch (service.properties().get(key)) {
      case null -> List.of();
      case String[] values -> List.of(values);
      case Object value -> List.of(value.toString());
    };
  }
}
