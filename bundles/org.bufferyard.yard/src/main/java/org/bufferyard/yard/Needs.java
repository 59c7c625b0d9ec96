package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.yard.memory.MemoryLayout;

/**
 * What a board asks the registry for, in the order in which it is chosen and exchanged: what others
 * stand on comes first. Ops are not here: any export may ask for any. Immutable.
 */
final class Needs {
  static final String BUDDY = "buddy";
  static final String CMA = "cma";
  static final String SWIOTLB = "swiotlb";
  static final String IOVA = "iova";

  /** A kind and the string by which it is chosen. */
  record Choice(Class<?> type, String model) {
    /** For people. */
    String subject() {
      return type.getSimpleName() + " '" + model + "'";
    }
  }

  /**
   * One choice.
   *
   * @param who wants it, when the board cannot open without; empty: it can
   * @param elements ids of what it is opened for
   * @param devices ids of those that have to be made anew when it is exchanged
   */
  record Need(Choice choice, String who, List<String> elements, Set<String> devices) {
    boolean optional() {
      return who.isEmpty();
    }
  }

  private final Map<Choice, Need> needs = new LinkedHashMap<>();

  Needs(PlatformSpec spec, MemoryLayout layout) {
    if (!layout.zones().isEmpty()) {
      layout.zones().forEach(zone -> add(AllocatorKind.class, BUDDY, "the page allocator", Pools.zoneId(zone)));
    }
    ReservedMemory plan = ReservedMemory.of(spec);
    for (PoolSpec pool : plan.pageAllocators()) {
      add(AllocatorKind.class, pool.allocator(), "pool '" + pool.id() + "'", pool.id());
    }
    plan.bouncePools().forEach(p -> add(BouncePoolKind.class, SWIOTLB, "bouncing", p.id()));
    List<IommuSpec> enabled = spec.iommus().stream().filter(IommuSpec::enabled).toList();
    enabled.forEach(i -> add(IovaAllocatorKind.class, IOVA, "", i.id()));
    enabled.forEach(i -> add(IommuKind.class, i.model(), "", i.id()));
    enabled.stream().map(IommuSpec::model).distinct().forEach(model -> rebuildBehind(model, spec));
    for (DeviceSpec device : spec.devices()) {
      add(DeviceKind.class, device.model(), "", device.id());
    }
  }

  private void add(Class<?> type, String model, String who, String element) {
    Choice choice = new Choice(type, model);
    Need before = needs.get(choice);
    List<String> elements = new ArrayList<>(before == null ? List.of() : before.elements());
    elements.add(element);
    needs.put(
        choice,
        new Need(choice, before == null ? who : before.who(), List.copyOf(elements), Set.of()));
  }

  /** Devices behind an IOMMU, and those that share a domain with them. */
  private void rebuildBehind(String model, PlatformSpec spec) {
    Choice choice = new Choice(IommuKind.class, model);
    Need need = needs.get(choice);
    StreamGroups groups = new StreamGroups(spec.devices());
    Set<String> units = new HashSet<>(need.elements());
    Set<String> touched =
        spec.devices().stream()
            .filter(d -> d.streams().stream().anyMatch(s -> units.contains(s.iommu())))
            .map(groups::of)
            .collect(Collectors.toSet());
    Set<String> devices = new LinkedHashSet<>();
    spec.devices().stream()
        .filter(d -> touched.contains(groups.of(d)))
        .forEach(d -> devices.add(d.id()));
    needs.put(choice, new Need(choice, need.who(), need.elements(), Set.copyOf(devices)));
  }

  List<Need> all() {
    return List.copyOf(needs.values());
  }
}
